#include "crypto/cipher.h"

#include <algorithm>

#include "base/ensure.h"
#include "crypto/primitives/aes.h"
#include "crypto/primitives/cmac.h"
#include "crypto/primitives/snow3g.h"
#include "crypto/primitives/zuc.h"

namespace sen::crypto {
namespace {

uint32_t load32(const uint8_t* p) { return uint32_t{p[0]} << 24 | uint32_t{p[1]} << 16 | uint32_t{p[2]} << 8 | p[3]; }
void store32(uint8_t* p, uint32_t v) {
  for (int i = 3; i >= 0; --i, v >>= 8) p[i] = static_cast<uint8_t>(v);
}

std::array<uint32_t, 4> key_words(const Key128& key) { return {load32(&key[0]), load32(&key[4]), load32(&key[8]), load32(&key[12])}; }

// COUNT || BEARER || DIRECTION || 0^26: the first half of EEA2's counter block, EIA2's header, and the words of the others' IVs.
Octets<8> header(uint32_t count, uint8_t bearer, Direction direction) {
  Octets<8> out{};
  store32(out.data(), count);
  out[4] = static_cast<uint8_t>((bearer & 31) << 3 | static_cast<uint8_t>(direction) << 2);
  return out;
}

template <class Generator>
void add_keystream(Generator generator, std::span<uint8_t> data) {
  std::array<uint32_t, 16> z;
  uint8_t* p = data.data();
  size_t left = data.size();
  for (; left >= sizeof z; left -= sizeof z, p += sizeof z) {
    generator.next(z);
    for (size_t i = 0; i < z.size(); ++i) store32(p + 4 * i, load32(p + 4 * i) ^ z[i]);
  }
  if (left == 0) return;
  generator.next(z);
  for (size_t i = 0; i < left; ++i) p[i] ^= static_cast<uint8_t>(z[i / 4] >> (24 - 8 * (i % 4)));
}

// UEA2, TS 35.215 3.4; 128-EEA1 (TS 33.401 B.1.2) is the same.
Snow3g nea1(const Key128& key, const Octets<8>& head) {
  uint32_t count = load32(&head[0]), rest = load32(&head[4]);
  return Snow3g(key_words(key), {count, rest, count, rest});
}

Zuc nea3(const Key128& key, const Octets<8>& head) {  // TS 35.221 3.3
  Octets<16> iv;
  std::copy(head.begin(), head.end(), iv.begin());
  std::copy(head.begin(), head.end(), iv.begin() + 8);
  return Zuc(key, iv);
}

// Multiplication by a fixed P in GF(2^64) modulo x^64 + x^4 + x^3 + x + 1 (TS 35.215 4.3.2 to 4.3.4), a nibble at a time: entry [n][v]
// is v x^(4 n) P. Setting it up takes as long as four multiplications bit by bit.
class MultiplyBy {
 public:
  explicit MultiplyBy(uint64_t p) {
    for (auto& entries : table_) {
      entries[0] = 0;
      for (size_t bit = 1; bit < 16; bit *= 2, p = p << 1 ^ (p >> 63 ? 0x1b : 0)) {
        for (size_t v = 0; v < bit; ++v) entries[bit + v] = entries[v] ^ p;
      }
    }
  }
  uint64_t operator()(uint64_t v) const {
    uint64_t sum = 0;
    for (size_t n = 0; n < 16; ++n) sum ^= table_[n][v >> (4 * n) & 15];
    return sum;
  }

 private:
  uint64_t table_[16][16];
};

uint64_t multiply(uint64_t a, uint64_t b) {
  uint64_t sum = 0;
  for (; b != 0; b >>= 1, a = a << 1 ^ (a >> 63 ? 0x1b : 0)) sum ^= b & 1 ? a : 0;
  return sum;
}

// The 64 bits of the message from octet `at` on, zeros beyond its `bits`.
uint64_t word_at(ByteView message, size_t bits, size_t at) {
  if (8 * at + 64 <= bits) return uint64_t{load32(&message[at])} << 32 | load32(&message[at + 4]);
  uint64_t word = 0;
  for (size_t i = at; 8 * i < bits; ++i) word |= uint64_t{message[i]} << (56 - 8 * (i - at));
  size_t valid = bits - 8 * at;
  return valid == 0 ? 0 : word & ~uint64_t{0} << (64 - valid);
}

// UIA2, TS 35.215 4; 128-EIA1 (TS 33.401 B.2.2) takes FRESH = BEARER || 0^27.
uint32_t nia1(const Key128& key, const Octets<8>& head, Direction direction, ByteView message, size_t bits) {
  uint32_t count = load32(head.data()), fresh = uint32_t{head[4]} >> 3 << 27, down = static_cast<uint32_t>(direction);
  Snow3g generator(key_words(key), {count, fresh, count ^ down << 31, fresh ^ down << 15});
  std::array<uint32_t, 16> z;
  generator.next(z);
  uint64_t p = uint64_t{z[0]} << 32 | z[1], q = uint64_t{z[2]} << 32 | z[3], eval = 0;
  size_t words = (bits + 63) / 64;
  if (words > 4) {
    MultiplyBy by_p(p);
    for (size_t i = 0; i < words; ++i) eval = by_p(eval ^ word_at(message, bits, 8 * i));
  } else {
    for (size_t i = 0; i < words; ++i) eval = multiply(eval ^ word_at(message, bits, 8 * i), p);
  }
  eval = multiply(eval ^ bits, q);
  return static_cast<uint32_t>(eval >> 32) ^ z[4];
}

// The sum of the 32-bit windows of the keystream that begin at the set bits of a message word; z points at the word of the keystream
// that begins where the message word does.
uint32_t windows(uint32_t message, const uint32_t* z) {
  uint64_t keystream = uint64_t{z[0]} << 32 | z[1];
  uint32_t sum = 0;
  for (unsigned bit = 0; bit < 32; ++bit) sum ^= static_cast<uint32_t>(keystream >> (32 - bit)) & -(message >> (31 - bit) & 1);
  return sum;
}

// The same for four words of the message at once.
uint32_t windows_of_four(const uint8_t* message, const uint32_t* z) {
  using Lanes = uint32_t __attribute__((vector_size(16)));
  using SignedLanes = int32_t __attribute__((vector_size(16)));
  Lanes m{load32(message), load32(message + 4), load32(message + 8), load32(message + 12)};
  Lanes high{z[0], z[1], z[2], z[3]}, low{z[1], z[2], z[3], z[4]}, sum{};
  for (unsigned bit = 0; bit < 32; ++bit) {
    sum ^= high & reinterpret_cast<Lanes>(reinterpret_cast<SignedLanes>(m) >> 31);
    high = high << 1 | low >> 31;
    low <<= 1;
    m <<= 1;
  }
  return sum[0] ^ sum[1] ^ sum[2] ^ sum[3];
}

// 128-EIA3, TS 35.221 4.
uint32_t nia3(const Key128& key, const Octets<8>& head, Direction direction, ByteView message, size_t bits) {
  Octets<16> iv{};
  std::copy_n(head.begin(), 4, iv.begin());
  iv[4] = head[4] & 0xf8;
  std::copy_n(iv.begin(), 8, iv.begin() + 8);
  auto down = static_cast<uint8_t>(direction);
  iv[8] ^= static_cast<uint8_t>(down << 7);
  iv[14] ^= static_cast<uint8_t>(down << 7);
  Zuc generator(key, iv);
  std::array<uint32_t, 32> z;  // the keystream from word `first` on
  const auto front = std::span(z).first<16>(), back = std::span(z).last<16>();
  generator.next(front);
  generator.next(back);
  const size_t words = bits / 32;
  size_t first = 0, at = 0;
  uint32_t sum = 0;
  auto keystream = [&] {  // the words from `at` on, at least 16 of them
    for (; at - first >= 16; first += 16) std::copy(back.begin(), back.end(), front.begin()), generator.next(back);
    return z.data() + (at - first);
  };
  for (; at + 4 <= words; at += 4) sum ^= windows_of_four(&message[4 * at], keystream());
  for (; at < words; ++at) sum ^= windows(load32(&message[4 * at]), keystream());
  const unsigned tail = bits % 32;
  const uint32_t* last = keystream();
  if (tail == 0) return sum ^ last[0] ^ last[1];  // the window at LENGTH and the last word, TS 35.221 4.4
  sum ^= windows(static_cast<uint32_t>(word_at(message, bits, 4 * words) >> 32), last);
  return sum ^ (last[0] << tail | last[1] >> (32 - tail)) ^ last[2];
}

}  // namespace

const char* to_string(CipherAlgorithm algorithm) {
  constexpr const char* names[]{"NEA0", "NEA1", "NEA2", "NEA3"};
  return names[static_cast<size_t>(algorithm) & 3];
}

const char* to_string(IntegrityAlgorithm algorithm) {
  constexpr const char* names[]{"NIA0", "NIA1", "NIA2", "NIA3"};
  return names[static_cast<size_t>(algorithm) & 3];
}

void CipherKey::apply(uint32_t count, uint8_t bearer, Direction direction, std::span<uint8_t> data) const {
  Octets<8> head = header(count, bearer, direction);
  switch (algorithm_) {
    case CipherAlgorithm::nea0: return;
    case CipherAlgorithm::nea1: return add_keystream(nea1(key_, head), data);
    case CipherAlgorithm::nea2: {  // TS 33.401 B.1.3
      Block counter{};
      std::copy(head.begin(), head.end(), counter.begin());
      return aes_ctr(key_, counter, data);
    }
    case CipherAlgorithm::nea3: return add_keystream(nea3(key_, head), data);
  }
}

void CipherKey::apply_bits(uint32_t count, uint8_t bearer, Direction direction, std::span<uint8_t> data, size_t bits) const {
  ensure(bits <= 8 * data.size());
  apply(count, bearer, direction, data.first((bits + 7) / 8));
  if (bits % 8 != 0) data[bits / 8] &= static_cast<uint8_t>(0xff00 >> bits % 8);
}

IntegrityKey::IntegrityKey(IntegrityAlgorithm algorithm, const Key128& key) : key_(key), algorithm_(algorithm) {
  if (algorithm == IntegrityAlgorithm::nia2) subkey_ = aes_cmac_subkey(key);
}

uint32_t IntegrityKey::mac(uint32_t count, uint8_t bearer, Direction direction, ByteView message) const {
  return mac_bits(count, bearer, direction, message, 8 * message.size());
}

uint32_t IntegrityKey::mac_bits(uint32_t count, uint8_t bearer, Direction direction, ByteView message, size_t bits) const {
  ensure(bits <= 8 * message.size());
  Octets<8> head = header(count, bearer, direction);
  switch (algorithm_) {
    case IntegrityAlgorithm::nia0: break;
    case IntegrityAlgorithm::nia1: return nia1(key_, head, direction, message, bits);
    case IntegrityAlgorithm::nia2: return aes_cmac_32(key_, subkey_, head, message, bits);  // TS 33.401 B.2.3
    case IntegrityAlgorithm::nia3: return nia3(key_, head, direction, message, bits);
  }
  return 0;
}

void IntegrityKey::mac_batch(std::span<MacJob> jobs) const {
  if (algorithm_ != IntegrityAlgorithm::nia2) {
    for (MacJob& job : jobs) job.mac = mac(job.count, job.bearer, job.direction, job.message);
    return;
  }
  constexpr size_t step = 16;
  std::array<CmacJob, step> cmacs;
  for (; !jobs.empty(); jobs = jobs.subspan(std::min(step, jobs.size()))) {
    size_t n = std::min(step, jobs.size());
    for (size_t i = 0; i < n; ++i) cmacs[i] = {header(jobs[i].count, jobs[i].bearer, jobs[i].direction), jobs[i].message};
    aes_cmac_32_batch(key_, subkey_, std::span(cmacs).first(n));
    for (size_t i = 0; i < n; ++i) jobs[i].mac = cmacs[i].mac;
  }
}

bool IntegrityKey::verify(uint32_t count, uint8_t bearer, Direction direction, ByteView message, uint32_t received) const {
  Octets<4> computed, given;
  store32(computed.data(), mac(count, bearer, direction, message));
  store32(given.data(), received);
  return equal_constant_time(computed, given);
}

}  // namespace sen::crypto
