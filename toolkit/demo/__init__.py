"""A small telecom portal that only works with JavaScript, and the connector that fetches its bills."""
