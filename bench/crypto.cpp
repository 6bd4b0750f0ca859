// Time of each cryptographic operation: one thread, median of 15 runs. Lines of JSON; `ratio_of` names what a rate relates to.
#include "base/ensure.h"
#include "bench/bench.h"
#include "crypto/aka.h"
#include "crypto/eap_aka_prime.h"
#include "crypto/suci.h"

using namespace sen;
using namespace sen::crypto;

namespace {

using bench::median_ns;

void report(const std::string& name, double ns, size_t octets = 0) {
  fmt::print("{{\"bench\":\"crypto\",\"operation\":\"{}\",\"ns\":{:.0f}", name, ns);
  if (octets > 0) {
    fmt::print(",\"octets\":{},\"gbit_per_s_and_core\":{:.2f},\"ratio_of\":\"payload bits to CPU time\"", octets,
               8.0 * static_cast<double>(octets) / ns);
  }
  fmt::print("}}\n");
}

void packets(size_t octets) {
  Bytes data(octets, 0x3c);
  uint32_t count = 0, sum = 0;
  for (unsigned i = 1; i <= 3; ++i) {
    // Two keys in turn, as packets of different UEs come.
    CipherKey ciphers[]{{static_cast<CipherAlgorithm>(i), {1}}, {static_cast<CipherAlgorithm>(i), {2}}};
    IntegrityKey macs[]{{static_cast<IntegrityAlgorithm>(i), {1}}, {static_cast<IntegrityAlgorithm>(i), {2}}};
    auto cipher = [&] { ciphers[count % 2].apply(count, 1, Direction::downlink, data), ++count; };
    auto mac = [&] { sum += macs[count % 2].mac(count, 1, Direction::downlink, data), ++count; };
    report(to_string(ciphers[0].algorithm()), median_ns(cipher), octets);
    report(to_string(macs[0].algorithm()), median_ns(mac), octets);
    report(fmt::format("{} + {}", to_string(ciphers[0].algorithm()), to_string(macs[0].algorithm())), median_ns([&] { cipher(), mac(); }),
           octets);
  }
  fmt::print(stderr, "{}\n", sum);  // keeps the MACs from being optimised away
}

void batches(size_t octets) {
  std::vector<Bytes> data(32, Bytes(octets, 0x3c));
  for (auto algorithm : {CipherAlgorithm::nea1, CipherAlgorithm::nea2, CipherAlgorithm::nea3}) {
    std::vector<CipherKey> keys;
    for (uint8_t i = 0; i < data.size(); ++i) keys.emplace_back(algorithm, Key128{i});
    std::vector<CipherJob> jobs;
    for (uint32_t i = 0; i < data.size(); ++i) jobs.push_back({&keys[i], i, 1, Direction::downlink, data[i]});
    double ns = median_ns([&] { apply_batch(jobs); });
    report(fmt::format("{} in batches of {}", to_string(algorithm), jobs.size()), ns / static_cast<double>(jobs.size()), octets);
  }
}

void registration() {
  Key256 key{};
  Octets<16> rand{};
  AkaFunctions milenage = Milenage({1}, {2});
  AkaFunctions tuak = AkaFunctions::from(Tuak::create(Bytes(16, 1), Bytes(32, 2)).value()).value();
  report("KDF (K_gNB)", median_ns([&] { key = k_gnb(key, 1); }));
  report("HRES*", median_ns([&] { rand = hres_star(rand, rand); }));
  report("authentication vector, Milenage", median_ns([&] { rand = make_vector(milenage, rand, 1).autn; }));
  report("authentication vector, TUAK", median_ns([&] { rand = make_vector(tuak, rand, 1).autn; }));
  report("EAP-AKA' keys", median_ns([&] { key = eap_aka_prime_keys({}, "0123456789").k_aut; }));
  RandomSource random;
  report("RAND, 16 octets", median_ns([&] { rand = random.octets<16>(); }));
  for (SuciScheme scheme : {SuciScheme::profile_a, SuciScheme::profile_b}) {
    const char* profile = scheme == SuciScheme::profile_a ? "A" : "B";
    auto home = HomeNetworkKey::generate(scheme, random).value();
    Bytes input = msin_to_bcd("0123456789").value();
    Bytes output = conceal(scheme, home.public_key(), input, random).value();
    report(fmt::format("SUCI profile {}: conceal", profile), median_ns([&] { ensure(conceal(scheme, home.public_key(), input, random)); }));
    report(fmt::format("SUCI profile {}: deconceal", profile), median_ns([&] { ensure(home.deconceal(output)); }));
  }
}

}  // namespace

int main() {
  for (size_t octets : {size_t{40}, size_t{128}, size_t{1400}}) packets(octets);
  batches(1400);
  registration();
}
