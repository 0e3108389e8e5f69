// @ts-check
/** An image behind a drawing: from a linked node, from the last run, or from a file. */

/** @typedef {{ address: string | null, image: HTMLImageElement | null, show: (address: string | null) => void }} Background */

/** Loads what `show` is given and calls `loaded`, or `failed` with the address. @param {(image: HTMLImageElement | null) => void} loaded @param {(address: string) => void} [failed] @returns {Background} */
export function background(loaded, failed) {
  /** @type {Background} */
  const behind = { address: null, image: null, show };
  /** @param {string | null} address */
  function show(address) {
    if (address === behind.address) return;
    behind.address = address;
    behind.image = null;
    if (!address) return loaded(null);
    const image = new Image();
    image.onload = () => {
      if (behind.address !== address) return;
      behind.image = image;
      loaded(image);
    };
    image.onerror = () => behind.address === address && failed?.(address);
    image.src = address;
  }
  return behind;
}
