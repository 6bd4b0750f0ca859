#include "crypto/primitives/cmac.h"

#include <algorithm>
#include <cstdlib>

#ifdef __x86_64__
#include <immintrin.h>
#endif

namespace sen::crypto {

void aes_cmac_32_each(const Key128& key, const Block& subkey, std::span<CmacJob> jobs) {
  for (CmacJob& job : jobs) job.mac = aes_cmac_32(key, subkey, job.header, job.message, 8 * job.message.size());
}

#ifdef __x86_64__
namespace {

#define SEN_AES __attribute__((target("aes,sse4.1")))

constexpr size_t lanes = 8;  // AESENC has a latency of four cycles and starts twice a cycle
constexpr size_t rounds = 10;

struct Schedule {
  __m128i key[rounds + 1];
};

SEN_AES __m128i next_round_key(__m128i key, __m128i assist) {
  assist = _mm_shuffle_epi32(assist, 0xff);
  key = _mm_xor_si128(key, _mm_slli_si128(key, 4));
  key = _mm_xor_si128(key, _mm_slli_si128(key, 8));
  return _mm_xor_si128(key, assist);
}

SEN_AES Schedule expand(const Key128& key) {  // FIPS 197 5.2
  Schedule s;
  s.key[0] = _mm_loadu_si128(reinterpret_cast<const __m128i*>(key.data()));
  s.key[1] = next_round_key(s.key[0], _mm_aeskeygenassist_si128(s.key[0], 0x01));
  s.key[2] = next_round_key(s.key[1], _mm_aeskeygenassist_si128(s.key[1], 0x02));
  s.key[3] = next_round_key(s.key[2], _mm_aeskeygenassist_si128(s.key[2], 0x04));
  s.key[4] = next_round_key(s.key[3], _mm_aeskeygenassist_si128(s.key[3], 0x08));
  s.key[5] = next_round_key(s.key[4], _mm_aeskeygenassist_si128(s.key[4], 0x10));
  s.key[6] = next_round_key(s.key[5], _mm_aeskeygenassist_si128(s.key[5], 0x20));
  s.key[7] = next_round_key(s.key[6], _mm_aeskeygenassist_si128(s.key[6], 0x40));
  s.key[8] = next_round_key(s.key[7], _mm_aeskeygenassist_si128(s.key[7], 0x80));
  s.key[9] = next_round_key(s.key[8], _mm_aeskeygenassist_si128(s.key[8], 0x1b));
  s.key[10] = next_round_key(s.key[9], _mm_aeskeygenassist_si128(s.key[9], 0x36));
  return s;
}

// CBC over `blocks` blocks from each pointer.
SEN_AES void chain(const Schedule& s, __m128i (&state)[lanes], const uint8_t* const (&in)[lanes], size_t blocks) {
  __m128i x[lanes];
#pragma GCC unroll 8
  for (size_t i = 0; i < lanes; ++i) x[i] = state[i];
  for (size_t at = 0; at < 16 * blocks; at += 16) {
#pragma GCC unroll 8
    for (size_t i = 0; i < lanes; ++i) {
      __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(in[i] + at));
      x[i] = _mm_xor_si128(x[i], _mm_xor_si128(block, s.key[0]));
    }
#pragma GCC unroll 9
    for (size_t r = 1; r < rounds; ++r) {
#pragma GCC unroll 8
      for (size_t i = 0; i < lanes; ++i) x[i] = _mm_aesenc_si128(x[i], s.key[r]);
    }
#pragma GCC unroll 8
    for (size_t i = 0; i < lanes; ++i) x[i] = _mm_aesenclast_si128(x[i], s.key[rounds]);
  }
#pragma GCC unroll 8
  for (size_t i = 0; i < lanes; ++i) state[i] = x[i];
}

// One message in its three runs of blocks: the one that holds the header, those that lie whole in the message, the padded last one.
struct Lane {
  CmacJob* job = nullptr;
  Block first{}, last{};
  struct Run {
    const uint8_t* in;
    size_t blocks;
  } runs[3]{};
  size_t run = 0;

  void start(CmacJob& j, const Block& k1, const Block& k2) {
    job = &j;
    const uint8_t* message = j.message.data();
    size_t length = j.message.size(), tail = length + 8;  // octets of the last block
    last.fill(0);
    runs[0] = runs[1] = {};
    if (length <= 8) {
      std::copy_n(j.header.begin(), 8, last.begin());
      std::copy_n(message, length, last.begin() + 8);
    } else {
      std::copy_n(j.header.begin(), 8, first.begin());
      std::copy_n(message, 8, first.begin() + 8);
      size_t whole = (length - 8 - 1) / 16;
      tail = length - 8 - 16 * whole;
      std::copy_n(message + 8 + 16 * whole, tail, last.begin());
      runs[0] = {first.data(), 1};
      runs[1] = {message + 8, whole};
    }
    if (tail < 16) last[tail] = 0x80;
    for (size_t i = 0; i < 16; ++i) last[i] ^= tail < 16 ? k2[i] : k1[i];
    runs[2] = {last.data(), 1};
    run = 0;
    advance(0);
  }
  // True when the last block is through.
  bool advance(size_t blocks) {
    runs[run].in += 16 * blocks;
    runs[run].blocks -= blocks;
    while (run < 3 && runs[run].blocks == 0) ++run;
    return run == 3;
  }
};

Block doubled_subkey(const Block& in) {  // K2 from K1, RFC 4493 2.3
  Block out;
  for (size_t i = 0; i < 16; ++i) out[i] = static_cast<uint8_t>(in[i] << 1 | (i < 15 ? in[i + 1] >> 7 : 0));
  out[15] ^= static_cast<uint8_t>((in[0] >> 7) * 0x87);
  return out;
}

SEN_AES void batch_aes_instructions(const Key128& key, const Block& k1, std::span<CmacJob> jobs) {
  const Schedule schedule = expand(key);
  const Block k2 = doubled_subkey(k1);
  Lane lane[lanes];
  __m128i state[lanes]{};
  const uint8_t* in[lanes];
  for (size_t next = 0;;) {
    const Lane* busy = nullptr;
    size_t blocks = SIZE_MAX;
    for (size_t i = 0; i < lanes; ++i) {
      if (!lane[i].job && next < jobs.size()) {
        lane[i].start(jobs[next++], k1, k2);
        state[i] = _mm_setzero_si128();
      }
      if (!lane[i].job) continue;
      busy = &lane[i];
      blocks = std::min(blocks, busy->runs[busy->run].blocks);
    }
    if (!busy) return;
    for (size_t i = 0; i < lanes; ++i) {  // idle lanes repeat another one's work: that costs nothing
      const Lane& l = lane[i].job ? lane[i] : *busy;
      in[i] = l.runs[l.run].in;
    }
    chain(schedule, state, in, blocks);
    for (size_t i = 0; i < lanes; ++i) {
      if (!lane[i].job || !lane[i].advance(blocks)) continue;
      lane[i].job->mac = __builtin_bswap32(static_cast<uint32_t>(_mm_cvtsi128_si32(state[i])));
      lane[i].job = nullptr;
    }
  }
}

bool has_aes_instructions() {
  const char* isa = std::getenv("SEN_ISA");
  return __builtin_cpu_supports("aes") && __builtin_cpu_supports("sse4.1") && !(isa && std::string_view(isa) == "scalar");
}

}  // namespace

void aes_cmac_32_batch(const Key128& key, const Block& subkey, std::span<CmacJob> jobs) {
  static const bool fast = has_aes_instructions();
  if (fast) {
    batch_aes_instructions(key, subkey, jobs);
  } else {
    aes_cmac_32_each(key, subkey, jobs);
  }
}
#else
void aes_cmac_32_batch(const Key128& key, const Block& subkey, std::span<CmacJob> jobs) { aes_cmac_32_each(key, subkey, jobs); }
#endif

}  // namespace sen::crypto
