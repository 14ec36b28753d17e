// Eight pictures, ten answers of which half come one after the other, and two documents; `shown` is their size.
const shelf = Number(new URLSearchParams(location.search).get("shelf"));
const numbers = (many) => Array.from({length: many}, (_, index) => 100 * shelf + index);
const picture = (number) =>
  new Promise((done) => {
    const image = new Image();
    image.onload = done;
    image.src = `/svg/20000/${number}`;
    document.body.append(image);
  });
const bytes = async (url) => (await (await fetch(url)).arrayBuffer()).byteLength;
const show = async () => {
  await Promise.all(numbers(8).map(picture));
  const [first, second] = [numbers(10).slice(0, 5), numbers(10).slice(5)];
  const sizes = await Promise.all(first.map((number) => bytes(`/json/1000/${number}`)));
  for (const number of second) sizes.push(await bytes(`/json/1000/${number}`));
  for (const number of numbers(2)) sizes.push(await bytes(`/pdf/200000/${number}`));
  return sizes.reduce((sum, size) => sum + size, 0);
};
window.shown = show();
