/* Finds the stamps of a corpus: for each core digest (32 bytes) on standard input, the 8 bytes that
 * give its envelope id the leading zero bits asked for (specs/02-envelope-and-keys.md#stamp).
 *
 * Usage: grind BITS < cores > stamps
 *
 * Sixteen stamps are hashed at once, one in each lane of a vector; the compiler makes of it what
 * the processor has (`-march=native`). 58 bytes are hashed, which are two blocks of SHA-256. In the
 * first only word 13 differs, so the rounds before it are computed once for each core digest; the
 * second is the same for all, and so is its message schedule.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LANES 16
#define FIRST 13 /* the word of the first block that is tried: bytes 2 to 5 of the stamp */

typedef uint32_t vector __attribute__((vector_size(4 * LANES)));

static const char PREFIX[] = "vrm/1 envelope id"; /* and one zero byte, which C adds */
static const uint32_t INITIAL[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                    0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
static const uint32_t K[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

#define ROTATED(x, n) ((x) >> (n) | (x) << (32 - (n)))
#define SMALL0(x) (ROTATED(x, 7) ^ ROTATED(x, 18) ^ ((x) >> 3))
#define SMALL1(x) (ROTATED(x, 17) ^ ROTATED(x, 19) ^ ((x) >> 10))

/* One round for a state of numbers or of vectors; `w` is the word with its constant added. */
#define ROUND(s, w)                                                                       \
  do {                                                                                    \
    __typeof__((s)[0]) one = (s)[7] + (w) + (((s)[4] & (s)[5]) ^ (~(s)[4] & (s)[6])) +    \
                             (ROTATED((s)[4], 6) ^ ROTATED((s)[4], 11) ^ ROTATED((s)[4], 25)); \
    __typeof__((s)[0]) two = (((s)[0] & (s)[1]) ^ ((s)[0] & (s)[2]) ^ ((s)[1] & (s)[2])) + \
                             (ROTATED((s)[0], 2) ^ ROTATED((s)[0], 13) ^ ROTATED((s)[0], 22)); \
    (s)[7] = (s)[6], (s)[6] = (s)[5], (s)[5] = (s)[4], (s)[4] = (s)[3] + one;             \
    (s)[3] = (s)[2], (s)[2] = (s)[1], (s)[1] = (s)[0], (s)[0] = one + two;                \
  } while (0)

static uint32_t last_block[64];

/* The message schedule of the second block, which holds nothing but the length; constants added. */
static void prepare_last_block(void) {
  last_block[15] = 58 * 8;
  for (int t = 16; t < 64; t++)
    last_block[t] = SMALL1(last_block[t - 2]) + last_block[t - 7] + SMALL0(last_block[t - 15]) +
                    last_block[t - 16];
  for (int t = 0; t < 64; t++) last_block[t] += K[t];
}

/* The first words of the ids that `words` give with the tried ones in place of word 13. */
static vector hashed(const uint32_t words[16], const uint32_t before[8], vector tried) {
  vector s[8], w[16], chained[8];
  for (int i = 0; i < 8; i++) s[i] = before[i] - (vector){};
  for (int i = 0; i < 16; i++) w[i] = words[i] - (vector){};
  w[FIRST] = tried;
#pragma GCC unroll 64
  for (int t = FIRST; t < 64; t++) {
    if (t > 15)
      w[t & 15] += SMALL1(w[(t - 2) & 15]) + w[(t - 7) & 15] + SMALL0(w[(t - 15) & 15]);
    ROUND(s, w[t & 15] + K[t]);
  }
  for (int i = 0; i < 8; i++) s[i] = chained[i] = s[i] + INITIAL[i];
#pragma GCC unroll 64
  for (int t = 0; t < 64; t++) ROUND(s, last_block[t]);
  return s[0] + chained[0];
}

/* Writes the stamp of a core digest; 0 if none of 2^32 will do. */
static int grind(const unsigned char core[32], int bits, unsigned char stamp[8]) {
  unsigned char block[64] = {0};
  uint32_t words[16], before[8];
  memcpy(block, PREFIX, 18);
  memcpy(block + 18, core, 32);
  block[58] = 0x80;
  for (int i = 0; i < 16; i++)
    words[i] = (uint32_t)block[4 * i] << 24 | block[4 * i + 1] << 16 | block[4 * i + 2] << 8 |
               block[4 * i + 3];
  memcpy(before, INITIAL, sizeof before);
  for (int t = 0; t < FIRST; t++) ROUND(before, words[t] + K[t]);
  vector tried;
  for (int i = 0; i < LANES; i++) tried[i] = i;
  for (uint64_t first = 0; first < 1ull << 32; first += LANES, tried += LANES) {
    vector wrong = hashed(words, before, tried) >> (32 - bits);
    for (int i = 0; i < LANES; i++) {
      if (wrong[i]) continue;
      memset(stamp, 0, 8);
      for (int at = 0; at < 4; at++) stamp[2 + at] = tried[i] >> (24 - 8 * at) & 255;
      return 1;
    }
  }
  return 0;
}

int main(int argc, char **argv) {
  int bits = argc == 2 ? atoi(argv[1]) : 0;
  if (bits < 1 || bits > 24) {
    fprintf(stderr, "usage: grind BITS (1 to 24) < cores > stamps\n");
    return 2;
  }
  prepare_last_block();
  unsigned char core[32], stamp[8];
  while (fread(core, 1, 32, stdin) == 32)
    if (!grind(core, bits, stamp) || fwrite(stamp, 1, 8, stdout) != 8) return 1;
  return 0;
}
