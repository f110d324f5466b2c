/* Finds the stamps of a corpus: for each core digest (32 bytes) on standard input, the 8 bytes that
 * give its envelope id the leading zero bits asked for (specs/02-envelope-and-keys.md#stamp).
 *
 * Usage: grind BITS < cores > stamps
 *
 * The hash is OpenSSL's, found at run time: it knows the processor's own instructions for SHA-256,
 * and needs no header files. 58 bytes are hashed, which are two blocks; the second never changes.
 */
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  uint32_t h[8];
  uint32_t rest[32];
} sha256_state;

static const uint32_t INITIAL[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                    0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
static const char PREFIX[] = "vrm/1 envelope id"; /* and one zero byte, which C adds */

int main(int argc, char **argv) {
  int bits = argc == 2 ? atoi(argv[1]) : 0;
  if (bits < 1 || bits > 32) {
    fprintf(stderr, "usage: grind BITS (1 to 32) < cores > stamps\n");
    return 2;
  }
  void *library = dlopen("libcrypto.so.3", RTLD_NOW);
  if (!library) library = dlopen("libcrypto.so.1.1", RTLD_NOW);
  void (*transform)(sha256_state *, const unsigned char *) =
      library ? (void (*)(sha256_state *, const unsigned char *))dlsym(library, "SHA256_Transform")
              : NULL;
  if (!transform) {
    fprintf(stderr, "grind: no OpenSSL on this machine\n");
    return 3;
  }
  unsigned char core[32], block[64] = {0}, last[64] = {0};
  memcpy(block, PREFIX, 18);
  block[58] = 0x80;
  last[62] = (58 * 8) >> 8;
  last[63] = (58 * 8) & 255;
  uint64_t number = 0;
  while (fread(core, 1, 32, stdin) == 32) {
    memcpy(block + 18, core, 32);
    for (;;) {
      number++;
      memcpy(block + 50, &number, 8);
      sha256_state state;
      memset(&state, 0, sizeof state);
      memcpy(state.h, INITIAL, sizeof INITIAL);
      transform(&state, block);
      transform(&state, last);
      if (state.h[0] >> (32 - bits) == 0) break;
    }
    if (fwrite(block + 50, 1, 8, stdout) != 8) return 1;
  }
  return 0;
}
