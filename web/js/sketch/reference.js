// @ts-check
/** The image under a drawing. */

export class Reference {
  /** @param {() => void} changed  called when the image is there, or cannot be had */
  constructor(changed) {
    this.changed = changed;
    this.url = "";
    this.missing = false;
    /** @type {HTMLImageElement | null} */ this.image = null;
  }

  /** @param {string} url  an empty one is no image */
  show(url) {
    if (url === this.url) return;
    Object.assign(this, { url, image: null, missing: false });
    const image = new Image();
    image.onload = () => this.#settle(url, image);
    image.onerror = () => this.#settle(url, null);
    if (url) image.src = url;
    else this.changed();
  }

  /** @param {string} url @param {HTMLImageElement | null} image */
  #settle(url, image) {
    if (url !== this.url) return;
    this.image = image;
    this.missing = !image;
    this.changed();
  }
}
