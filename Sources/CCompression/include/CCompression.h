#ifndef ACR_CCOMPRESSION_H
#define ACR_CCOMPRESSION_H

#include <stddef.h>

// Decompression as a stream over memory: whoever owns the bytes feeds pieces and takes pieces.

/// The state of one stream; it may be used by one thread at a time.
typedef struct acr_decompressor acr_decompressor;

/// How a stream is compressed.
enum acr_compression {
  /// gzip (RFC 1952), of one or more members.
  ACR_GZIP = 1,
  /// Zstandard (RFC 8878), of one or more frames; skippable frames are skipped.
  ACR_ZSTD = 2,
};

/// What a step came to.
enum acr_progress {
  /// All input was taken, or the output is full.
  ACR_GOES_ON = 0,
  /// A member or frame has ended; more may follow.
  ACR_MEMBER_ENDED = 1,
  /// The bytes are not of this format, or fail its check sum.
  ACR_BROKEN = -1,
  /// Memory is short, or the frame asks for a window larger than 128 MiB.
  ACR_TOO_LARGE = -2,
};

/// Starts a stream; NULL when memory is short.
acr_decompressor *acr_decompressor_new(int compression);
void acr_decompressor_free(acr_decompressor *stream);

/// Decompresses from `input` to `output`. The numbers of bytes taken and given are written to `taken` and `given`.
int acr_decompressor_step(
  acr_decompressor *stream, const unsigned char *input, size_t input_length, size_t *taken, unsigned char *output,
  size_t output_length, size_t *given);

#endif
