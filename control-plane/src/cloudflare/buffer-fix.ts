/**
 * workerd's `Buffer.prototype.utf8Write(text, offset)` takes the whole buffer's size for the length that was left out
 * and then throws ERR_OUT_OF_RANGE, where Node takes what remains behind the offset (cloudflare/workerd issue 6875).
 * protobufjs writes every string of 40 characters or more that way. Imported for its effect, before anything encodes;
 * does nothing where the method is right.
 */
interface Utf8Writer {
  utf8Write?(text: string, offset?: number, length?: number): number;
}

const prototype = Buffer.prototype as Utf8Writer;
const original = prototype.utf8Write;

if (original && !writesBehindAnOffset())
  prototype.utf8Write = function (this: Buffer, text: string, offset = 0, length = this.length - offset) {
    return original.call(this, text, offset, length);
  };

function writesBehindAnOffset(): boolean {
  try {
    return (Buffer.alloc(2) as Utf8Writer).utf8Write?.('a', 1) === 1;
  } catch {
    // That is the fault this file is about.
    return false;
  }
}
