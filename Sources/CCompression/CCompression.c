#include "CCompression.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

// 2^27 bytes: what `zstd -d` takes without being asked for more.
enum { WINDOW_LOG = 27 };

struct acr_decompressor {
  int compression;
  z_stream zlib;
  ZSTD_DStream *zstd;
};

acr_decompressor *acr_decompressor_new(int compression) {
  acr_decompressor *stream = calloc(1, sizeof *stream);
  if (!stream) return NULL;
  stream->compression = compression;
  if (compression == ACR_ZSTD) {
    stream->zstd = ZSTD_createDStream();
    if (stream->zstd && !ZSTD_isError(ZSTD_DCtx_setParameter(stream->zstd, ZSTD_d_windowLogMax, WINDOW_LOG))) {
      return stream;
    }
    ZSTD_freeDStream(stream->zstd);
  } else if (inflateInit2(&stream->zlib, 15 + 16) == Z_OK) {
    return stream;
  }
  free(stream);
  return NULL;
}

void acr_decompressor_free(acr_decompressor *stream) {
  if (!stream) return;
  if (stream->zstd) {
    ZSTD_freeDStream(stream->zstd);
  } else {
    inflateEnd(&stream->zlib);
  }
  free(stream);
}

static int gunzip(
  acr_decompressor *stream, const unsigned char *input, size_t input_length, size_t *taken, unsigned char *output,
  size_t output_length, size_t *given) {
  uInt in = input_length > UINT_MAX ? UINT_MAX : (uInt)input_length;
  uInt out = output_length > UINT_MAX ? UINT_MAX : (uInt)output_length;
  stream->zlib.next_in = (unsigned char *)input;
  stream->zlib.avail_in = in;
  stream->zlib.next_out = output;
  stream->zlib.avail_out = out;
  int result = inflate(&stream->zlib, Z_NO_FLUSH);
  *taken = in - stream->zlib.avail_in;
  *given = out - stream->zlib.avail_out;
  switch (result) {
    case Z_OK:
    case Z_BUF_ERROR:
      return ACR_GOES_ON;
    case Z_STREAM_END:
      // The next member starts anew.
      return inflateReset(&stream->zlib) == Z_OK ? ACR_MEMBER_ENDED : ACR_BROKEN;
    case Z_MEM_ERROR:
      return ACR_TOO_LARGE;
    default:
      return ACR_BROKEN;
  }
}

int acr_decompressor_step(
  acr_decompressor *stream, const unsigned char *input, size_t input_length, size_t *taken, unsigned char *output,
  size_t output_length, size_t *given) {
  *taken = 0;
  *given = 0;
  if (stream->compression != ACR_ZSTD) {
    return gunzip(stream, input, input_length, taken, output, output_length, given);
  }
  ZSTD_inBuffer in = {input, input_length, 0};
  ZSTD_outBuffer out = {output, output_length, 0};
  size_t result = ZSTD_decompressStream(stream->zstd, &out, &in);
  *taken = in.pos;
  *given = out.pos;
  if (!ZSTD_isError(result)) return result == 0 ? ACR_MEMBER_ENDED : ACR_GOES_ON;
  // Only the number of an error is stable; its name says which it is.
  return strstr(ZSTD_getErrorName(result), "memory") ? ACR_TOO_LARGE : ACR_BROKEN;
}
