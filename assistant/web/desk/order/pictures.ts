/** Larger pictures are made smaller before they are sent: telephones take photos of 8 MB. */
const LARGE_BYTES = 2 * 1024 * 1024;
const LONGEST_SIDE = 2400;
export const LARGEST_BYTES = 10 * 1024 * 1024;

export function may_be_sent(file: File): boolean {
  return /^(image|audio)\//.test(file.type) || file.type === 'application/pdf';
}

/** A photo of a size and kind that travel well, without the place where it was taken. */
export async function lightened(file: File): Promise<Blob> {
  const usual = /^image\/(jpeg|png|webp)$/.test(file.type);
  if (!file.type.startsWith('image/') || (usual && file.size < LARGE_BYTES)) return file;
  try {
    const picture = await createImageBitmap(file);
    const scale = Math.min(1, LONGEST_SIDE / Math.max(picture.width, picture.height));
    const canvas = document.createElement('canvas');
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    canvas.getContext('2d')?.drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    const lighter = await new Promise<Blob | null>((resolve) =>
      canvas.toBlob(resolve, 'image/jpeg', 0.85),
    );
    return lighter && (lighter.size < file.size || !usual) ? lighter : file;
  } catch {
    return file;
  }
}
