#include <gtest/gtest.h>

#include <chrono>

#include "core/udm/ausf.h"
#include "core/udm/udm.h"

namespace sen::udm {
namespace {

using namespace std::chrono_literals;
using sbi::AuthResult;
using sbi::Reply;

constexpr const char* imsi = "999700000000001";
constexpr const char* supi = "imsi-999700000000001";
constexpr const char* snn = "5G:mnc070.mcc999.3gppnetwork.org";

// A USIM of TS 33.102 6.3.3 with its phone.
struct Usim {
  crypto::AkaFunctions functions;
  crypto::SqnWindow window;

  Usim(uint8_t key = 1) : functions(*aka_functions(default_subscriber(imsi, Bytes(16, key), Bytes(16, 2)).security)) {}

  struct Answer {
    bool mac_failure = false;
    std::optional<crypto::Auts> auts;
    crypto::CheckedAutn checked;
  };
  Answer challenge(const Octets<16>& rand, const Octets<16>& autn) {
    auto checked = crypto::check_autn(functions, rand, autn);
    if (!checked) return {.mac_failure = true};
    EXPECT_TRUE(checked->separation_bit());
    if (!window.accept(checked->sqn)) return {.auts = crypto::make_auts(functions, rand, window.highest())};
    return {.checked = *checked};
  }
};

struct Rig {
  ManualExecutor executor;
  sbi::Bus bus{executor};
  SubscriberStore store = std::move(*SubscriberStore::open(":memory:"));
  crypto::RandomSource random{7};
  Octets<32> key_a{}, key_b{};
  Bytes public_a, public_b;
  std::optional<Udm> udm;
  std::optional<Ausf> ausf;

  explicit Rig(sbi::AuthType method = sbi::AuthType::fiveg_aka) {
    Subscriber subscriber = default_subscriber(imsi, Bytes(16, 1), Bytes(16, 2));
    subscriber.security.method = method;
    EXPECT_TRUE(store.add(subscriber));
    HomeNetworkKeys keys;
    auto a = crypto::HomeNetworkKey::generate(crypto::SuciScheme::profile_a, random);
    auto b = crypto::HomeNetworkKey::generate(crypto::SuciScheme::profile_b, random);
    public_a = a->public_key();
    public_b = b->public_key();
    keys.emplace(1, std::move(*a));
    keys.emplace(2, std::move(*b));
    udm.emplace(bus, store, random, std::move(keys));
    ausf.emplace(bus, AusfConfig{.serving_networks = {Plmn(999, 70, 2)}});
  }

  template <class Op>
  Reply<typename Op::Response> ask(typename Op::Request request) {
    std::optional<Reply<typename Op::Response>> out;
    bus.call<Op>(std::move(request), [&](Reply<typename Op::Response> answer) { out = std::move(answer); });
    executor.run_for(1ms);
    EXPECT_TRUE(out.has_value());
    return std::move(*out);
  }
  Reply<sbi::UeAuthenticationCtx> authenticate(std::string who = supi, std::optional<sbi::ResynchronizationInfo> resync = {}) {
    return ask<sbi::NausfUeAuthenticate>({std::move(who), snn, resync});
  }
  std::string suci(crypto::SuciScheme scheme, ByteView public_key, int key_id) {
    auto output = crypto::conceal(scheme, public_key, *crypto::msin_to_bcd("0000000001"), random);
    return fmt::format("suci-0-999-70-0-{}-{}-{}", static_cast<int>(scheme), key_id, to_hex(*output));
  }
};

TEST(FivegAka, succeeds_and_both_sides_hold_the_same_k_seaf) {
  Rig rig;
  Usim usim;
  auto context = rig.authenticate();
  ASSERT_TRUE(context) << context.error().detail;
  auto answer = usim.challenge(context->av->rand, context->av->autn);
  ASSERT_FALSE(answer.mac_failure);
  const auto& keys = answer.checked.response;
  auto res_star = crypto::res_star(keys.ck, keys.ik, snn, context->av->rand, keys.res());
  EXPECT_EQ(crypto::hres_star(context->av->rand, res_star), context->av->hxres_star);
  auto confirmed = rig.ask<sbi::NausfConfirm5gAka>({context->auth_ctx_id, res_star});
  ASSERT_TRUE(confirmed);
  EXPECT_EQ(confirmed->auth_result, AuthResult::success);
  EXPECT_EQ(confirmed->supi, supi);
  Octets<6> sqn_xor_ak;
  std::copy_n(context->av->autn.begin(), 6, sqn_xor_ak.begin());
  EXPECT_EQ(*confirmed->kseaf, crypto::k_seaf(crypto::k_ausf(keys.ck, keys.ik, snn, sqn_xor_ak), snn));
  rig.executor.run_for(1ms);
  EXPECT_EQ(rig.udm->statistics().auth_successes, 1u);
  EXPECT_EQ(rig.ausf->contexts(), 0u);
}

TEST(FivegAka, gives_each_context_once) {
  Rig rig;
  auto context = rig.authenticate();
  auto wrong = rig.ask<sbi::NausfConfirm5gAka>({context->auth_ctx_id, Octets<16>{1}});
  EXPECT_EQ(wrong->auth_result, AuthResult::failure);
  EXPECT_FALSE(wrong->kseaf);
  EXPECT_TRUE(wrong->supi.empty());
  EXPECT_EQ(rig.ask<sbi::NausfConfirm5gAka>({context->auth_ctx_id, Octets<16>{1}}).error().cause, sbi::cause::context_not_found);
  EXPECT_EQ(rig.ask<sbi::NausfConfirm5gAka>({rig.authenticate()->auth_ctx_id, std::nullopt})->auth_result, AuthResult::failure);
}

TEST(FivegAka, is_refused_by_a_usim_with_another_key) {
  Rig rig;
  auto context = rig.authenticate();
  EXPECT_TRUE(Usim(9).challenge(context->av->rand, context->av->autn).mac_failure);
}

TEST(FivegAka, resynchronises_with_a_usim_that_is_ahead) {
  Rig rig;
  Usim usim;
  ASSERT_TRUE(usim.window.accept((crypto::Sqn{1} << 30) + 1));
  auto context = rig.authenticate();
  auto behind = usim.challenge(context->av->rand, context->av->autn);
  ASSERT_TRUE(behind.auts);
  auto again = rig.authenticate(supi, sbi::ResynchronizationInfo{context->av->rand, *behind.auts});
  ASSERT_TRUE(again) << again.error().detail;
  EXPECT_FALSE(usim.challenge(again->av->rand, again->av->autn).auts);
  EXPECT_EQ(rig.udm->statistics().resynchronisations, 1u);
}

TEST(FivegAka, refuses_an_auts_of_somebody_else) {
  Rig rig;
  auto context = rig.authenticate();
  auto auts = crypto::make_auts(Usim(9).functions, context->av->rand, 1 << 20);
  auto refused = rig.authenticate(supi, sbi::ResynchronizationInfo{context->av->rand, auts});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().status, 403);
  EXPECT_EQ(refused.error().cause, sbi::cause::authentication_rejected);
}

TEST(FivegAka, sets_the_separation_bit_whatever_is_provisioned) {
  Rig rig;
  Subscriber subscriber = **rig.store.find(imsi);
  subscriber.security.amf = {0, 0};
  ASSERT_TRUE(rig.store.update(subscriber));
  auto context = rig.authenticate();
  Usim usim;
  EXPECT_FALSE(usim.challenge(context->av->rand, context->av->autn).mac_failure);
}

TEST(FivegAka, works_with_tuak) {
  Rig rig;
  Subscriber subscriber = **rig.store.find(imsi);
  subscriber.security.algorithm = AkaAlgorithm::tuak;
  subscriber.security.opc = Bytes(32, 4);
  ASSERT_TRUE(rig.store.update(subscriber));
  auto context = rig.authenticate();
  ASSERT_TRUE(context) << context.error().detail;
  EXPECT_TRUE(crypto::check_autn(*aka_functions(subscriber.security), context->av->rand, context->av->autn));
}

TEST(FivegAka, forgets_what_nobody_confirms) {
  Rig rig;
  auto first = rig.authenticate();
  rig.executor.run_for(31s);
  rig.authenticate();
  EXPECT_EQ(rig.ausf->contexts(), 1u);
  EXPECT_FALSE(rig.ask<sbi::NausfConfirm5gAka>({first->auth_ctx_id, Octets<16>{}}));
}

TEST(Authentication, reveals_the_subscriber_of_every_suci_scheme) {
  Rig rig;
  EXPECT_TRUE(rig.authenticate("suci-0-999-70-0-0-0-0000000001"));
  EXPECT_TRUE(rig.authenticate(rig.suci(crypto::SuciScheme::profile_a, rig.public_a, 1)));
  EXPECT_TRUE(rig.authenticate(rig.suci(crypto::SuciScheme::profile_b, rig.public_b, 2)));
}

TEST(Authentication, refuses_with_the_cause_of_the_standard) {
  Rig rig;
  auto cause_of = [&](std::string who) {
    auto reply = rig.authenticate(std::move(who));
    return reply ? std::string("none") : fmt::format("{} {}", reply.error().status, reply.error().cause);
  };
  auto suci_a = rig.suci(crypto::SuciScheme::profile_a, rig.public_a, 1);
  auto tampered = suci_a;
  tampered.back() = tampered.back() == '0' ? '1' : '0';
  EXPECT_EQ(cause_of("imsi-999700000000002"), "404 USER_NOT_FOUND");
  EXPECT_EQ(cause_of("suci-0-999-70-0-0-0-0000000002"), "404 USER_NOT_FOUND");
  EXPECT_EQ(cause_of(tampered), "403 INVALID_SCHEME_OUTPUT");
  EXPECT_EQ(cause_of(rig.suci(crypto::SuciScheme::profile_a, rig.public_a, 7)), "403 INVALID_HN_PUBLIC_KEY_IDENTIFIER");
  EXPECT_EQ(cause_of(rig.suci(crypto::SuciScheme::profile_a, rig.public_a, 2)), "403 INVALID_HN_PUBLIC_KEY_IDENTIFIER");
  EXPECT_EQ(cause_of("suci-0-999-70-0-3-1-00"), "501 UNSUPPORTED_PROTECTION_SCHEME");
  EXPECT_EQ(cause_of("suci-0-999-70-0-1-1-zz"), "403 INVALID_SCHEME_OUTPUT");
  EXPECT_EQ(cause_of("suci-0-999-70-0-0-0-00000000010000"), "403 INVALID_SCHEME_OUTPUT");
  EXPECT_EQ(cause_of("suci-1-realm"), "400 MANDATORY_IE_INCORRECT");
  EXPECT_EQ(cause_of(""), "400 MANDATORY_IE_INCORRECT");
  EXPECT_EQ(cause_of("imsi-" + std::string(4000, '1')), "400 MANDATORY_IE_INCORRECT");
}

TEST(Authentication, names_both_sides_of_a_refusal) {
  Rig rig;
  EXPECT_EQ(rig.authenticate("imsi-999700000000002").error().detail, "imsi-999700000000002 is not among the 1 subscribers of :memory:");
  EXPECT_EQ(rig.authenticate(rig.suci(crypto::SuciScheme::profile_a, rig.public_a, 7)).error().detail,
            "SUCI names home network public key 7; configured: 1 (profile A) 2 (profile B)");
}

TEST(Authentication, checks_the_serving_network_name) {
  Rig rig;
  for (const char* name : {"5G:mnc001.mcc001.3gppnetwork.org", "", "5G:mnc070.mcc999.3gppnetwork.or", "5G:mnc70.mcc999.3gppnetwork.org"}) {
    auto reply = rig.ask<sbi::NausfUeAuthenticate>({supi, name, {}});
    ASSERT_FALSE(reply) << name;
    EXPECT_EQ(reply.error().cause, sbi::cause::serving_network_not_authorized);
  }
}

TEST(Authentication, is_refused_to_a_barred_subscriber) {
  Rig rig;
  Subscriber subscriber = **rig.store.find(imsi);
  subscriber.barred = true;
  ASSERT_TRUE(rig.store.update(subscriber));
  EXPECT_EQ(rig.authenticate().error().status, 403);
}

// ---- EAP-AKA': the peer's side of RFC 9048, for what a server sends.

struct EapPeer {
  Usim usim;
  crypto::EapAkaPrimeKeys keys;

  static Bytes response(uint8_t identifier, EapSubtype subtype, ByteView attributes) {
    ByteWriter out;
    out.u8(2);
    out.u8(identifier);
    out.u16(static_cast<uint16_t>(8 + attributes.size()));
    out.u8(50);
    out.u8(static_cast<uint8_t>(subtype));
    out.u16(0);
    out.put(attributes);
    return out.take();
  }
  // Answers a challenge as the USIM says.
  Bytes answer(ByteView request) {
    uint8_t identifier = request[1];
    Octets<16> rand, autn;
    std::copy_n(request.begin() + 12, 16, rand.begin());
    std::copy_n(request.begin() + 32, 16, autn.begin());
    auto said = usim.challenge(rand, autn);
    if (said.mac_failure) return response(identifier, EapSubtype::authentication_reject, {});
    ByteWriter attributes;
    if (said.auts) {
      attributes.u16(0x0404);
      attributes.put(*said.auts);
      attributes.u32(0x18010001);
      return response(identifier, EapSubtype::synchronization_failure, attributes.view());
    }
    const auto& aka = said.checked.response;
    Octets<6> sqn_xor_ak;
    std::copy_n(autn.begin(), 6, sqn_xor_ak.begin());
    keys = crypto::eap_aka_prime_keys(crypto::ck_ik_prime(aka.ck, aka.ik, snn, sqn_xor_ak), imsi);
    EXPECT_EQ(*crypto::eap_aka_prime_mac(keys.k_aut, request, request.size() - 16), mac_of(request));
    attributes.u32(0x03030040);
    attributes.put(aka.res());
    attributes.u32(0x0b050000);
    attributes.fill(16, 0);
    Bytes out = response(identifier, EapSubtype::challenge, attributes.view());
    auto mac = *crypto::eap_aka_prime_mac(keys.k_aut, out, out.size() - 16);
    std::copy(mac.begin(), mac.end(), out.end() - 16);
    return out;
  }
  static Octets<16> mac_of(ByteView packet) {
    Octets<16> out;
    std::copy_n(packet.end() - 16, 16, out.begin());
    return out;
  }
};

struct EapRig : Rig {
  EapRig() : Rig(sbi::AuthType::eap_aka_prime) {}
  Reply<sbi::EapSession> send(const std::string& id, Bytes payload) {
    return ask<sbi::NausfEapSession>({.auth_ctx_id = id, .eap_payload = std::move(payload)});
  }
};

TEST(EapAkaPrime, succeeds_and_both_sides_hold_the_same_k_seaf) {
  EapRig rig;
  EapPeer peer;
  auto context = rig.authenticate();
  ASSERT_TRUE(context);
  EXPECT_EQ(context->auth_type, sbi::AuthType::eap_aka_prime);
  auto done = rig.send(context->auth_ctx_id, peer.answer(context->eap_payload));
  ASSERT_TRUE(done);
  EXPECT_EQ(done->auth_result, AuthResult::success);
  EXPECT_EQ(done->eap_payload, (Bytes{3, 1, 0, 4}));
  EXPECT_EQ(done->supi, supi);
  EXPECT_EQ(*done->kseaf, crypto::k_seaf(peer.keys.k_ausf(), snn));
  EXPECT_EQ(rig.ausf->contexts(), 0u);
}

TEST(EapAkaPrime, carries_the_serving_network_name_as_kdf_input) {
  EapRig rig;
  auto context = rig.authenticate();
  std::string text(as_text(context->eap_payload));
  auto at = text.find(snn);
  ASSERT_NE(at, text.npos);
  EXPECT_EQ(to_hex(ByteView(context->eap_payload).subspan(at - 8, 8)), "1801000117090020");
  EXPECT_EQ(context->eap_payload.size(), 8 + 20 + 20 + 4 + 36 + 20u);
}

TEST(EapAkaPrime, resynchronises_within_the_session) {
  EapRig rig;
  EapPeer peer;
  ASSERT_TRUE(peer.usim.window.accept((crypto::Sqn{1} << 30) + 1));
  auto context = rig.authenticate();
  auto again = rig.send(context->auth_ctx_id, peer.answer(context->eap_payload));
  ASSERT_TRUE(again) << again.error().detail;
  EXPECT_EQ(again->auth_result, AuthResult::ongoing);
  EXPECT_EQ(again->eap_payload[1], 2);
  auto done = rig.send(context->auth_ctx_id, peer.answer(again->eap_payload));
  EXPECT_EQ(done->auth_result, AuthResult::success);
}

TEST(EapAkaPrime, ends_with_failure_when_the_usim_has_another_key) {
  EapRig rig;
  EapPeer peer{.usim = Usim(9)};
  auto context = rig.authenticate();
  auto done = rig.send(context->auth_ctx_id, peer.answer(context->eap_payload));
  EXPECT_EQ(done->auth_result, AuthResult::failure);
  EXPECT_EQ(done->eap_payload, (Bytes{4, 1, 0, 4}));
  EXPECT_FALSE(done->kseaf);
  EXPECT_FALSE(rig.send(context->auth_ctx_id, {}));
}

TEST(EapAkaPrime, notifies_a_wrong_mac_and_then_fails) {
  EapRig rig;
  EapPeer peer;
  auto context = rig.authenticate();
  Bytes wrong = peer.answer(context->eap_payload);
  wrong.back() ^= 1;
  auto notified = rig.send(context->auth_ctx_id, wrong);
  EXPECT_EQ(notified->auth_result, AuthResult::ongoing);
  EXPECT_EQ(to_hex(notified->eap_payload), "0102000c320c00000c014000");
  auto done = rig.send(context->auth_ctx_id, EapPeer::response(2, EapSubtype::notification, {}));
  EXPECT_EQ(done->auth_result, AuthResult::failure);
  EXPECT_EQ(rig.ausf->contexts(), 0u);
}

TEST(EapAkaPrime, ends_on_a_client_error) {
  EapRig rig;
  auto context = rig.authenticate();
  auto done = rig.send(context->auth_ctx_id, EapPeer::response(1, EapSubtype::client_error, Bytes{22, 1, 0, 0}));
  EXPECT_EQ(done->auth_result, AuthResult::failure);
}

TEST(EapAkaPrime, survives_any_bytes) {
  EapRig rig;
  EapPeer peer;
  Random random(3);
  for (int i = 0; i < 300; ++i) {
    auto context = rig.authenticate();
    Bytes packet = EapPeer{}.answer(context->eap_payload);
    for (int flips = 0; flips < 3; ++flips) packet[random.between(0, packet.size() - 1)] = static_cast<uint8_t>(random.next());
    packet.resize(random.between(0, packet.size()));
    auto reply = rig.send(context->auth_ctx_id, packet);
    EXPECT_TRUE(!reply || reply->auth_result != AuthResult::success);
  }
}

TEST(Authentication, costs_little) {
  Rig rig;
  std::vector<Subscriber> all;
  constexpr int subscribers = 2000;
  for (int i = 10; i < 10 + subscribers; ++i) all.push_back(default_subscriber(fmt::format("99970{:010}", i), Bytes(16, 1), Bytes(16, 2)));
  ASSERT_TRUE(rig.store.put(all, false));
  size_t answers = 0;
  auto start = std::chrono::steady_clock::now();
  for (const auto& subscriber : all) {
    rig.bus.call<sbi::NausfUeAuthenticate>({"imsi-" + subscriber.imsi, snn, {}}, [&](auto reply) { answers += reply.has_value(); });
    rig.executor.run_for(1us);
  }
  double each = std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start).count() / subscribers;
  EXPECT_EQ(answers, size_t{subscribers});
  std::printf("Nausf_UEAuthentication_Authenticate, first of a subscriber, bus and store included: %.1f us\n", each);
}

}  // namespace
}  // namespace sen::udm
