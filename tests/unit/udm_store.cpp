#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <set>

#include "core/udm/dbctl.h"
#include "core/udm/store.h"

namespace sen::udm {
namespace {

constexpr const char* imsi = "999700000000001";

Bytes key(uint8_t fill) { return Bytes(16, fill); }

Subscriber rich_subscriber() {
  Subscriber out = default_subscriber(imsi, key(1), key(2));
  out.msisdns = {"491700000001", "491700000002"};
  out.security.sqn = 64;
  out.security.method = sbi::AuthType::eap_aka_prime;
  out.ambr = {{1000}, {2000}};
  out.ue_usage_type = 7;
  out.slices[0].sessions[0].ipv4 = Octets<4>{10, 45, 0, 9};
  out.slices[0].sessions.push_back(
      Session{.dnn = "ims", .type = sbi::PduSessionType::ipv6, .qos = {.five_qi = 5, .arp = {.priority_level = 1}}});
  out.slices[0].sessions[1].ipv6 = *parse_ipv6("2001:db8::9");
  out.slices.push_back(Slice{{2, 0xabcdef}, false, {Session{.dnn = "iot"}}});
  return out;
}

SubscriberStore memory() { return std::move(*SubscriberStore::open(":memory:")); }

// A file of its own that goes with the test.
struct StoreFile {
  std::string path = fmt::format("/tmp/sen_store_{}_{}.db", getpid(), ::testing::UnitTest::GetInstance()->current_test_info()->name());
  StoreFile() { erase(); }
  ~StoreFile() { erase(); }
  void erase() const {
    for (const char* suffix : {"", "-wal", "-shm"}) std::remove((path + suffix).c_str());
  }
  SubscriberStore open() const { return std::move(*SubscriberStore::open(path)); }
};

TEST(SubscriberStore, gives_back_what_was_added) {
  auto store = memory();
  ASSERT_TRUE(store.add(rich_subscriber()));
  auto found = store.find(imsi);
  ASSERT_TRUE(found) << found.error().describe();
  EXPECT_EQ(**found, rich_subscriber());
}

TEST(SubscriberStore, refuses_a_second_subscriber_of_the_same_imsi) {
  auto store = memory();
  ASSERT_TRUE(store.add(rich_subscriber()));
  auto again = store.add(rich_subscriber());
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().describe(), "imsi-999700000000001: is a subscriber already");
}

TEST(SubscriberStore, replaces_everything_on_update_but_never_lowers_the_sqn) {
  auto store = memory();
  ASSERT_TRUE(store.add(rich_subscriber()));
  Subscriber plain = default_subscriber(imsi, key(3), key(4));
  ASSERT_TRUE(store.update(plain));
  plain.security.sqn = 64;
  EXPECT_EQ(**store.find(imsi), plain);
  EXPECT_EQ(store.update(default_subscriber("999700000000002", key(1), key(1))).error().fault, Fault::not_found);
}

TEST(SubscriberStore, removes) {
  auto store = memory();
  ASSERT_TRUE(store.add(rich_subscriber()));
  ASSERT_TRUE(store.next_aka(imsi));
  ASSERT_TRUE(store.remove(imsi));
  EXPECT_EQ(store.find(imsi).error().fault, Fault::not_found);
  EXPECT_EQ(store.next_aka(imsi).error().fault, Fault::not_found);
  EXPECT_EQ(store.remove(imsi).error().fault, Fault::not_found);
  EXPECT_EQ(*store.count(), 0u);
}

TEST(SubscriberStore, lists_in_order_and_in_pages) {
  auto store = memory();
  for (int i : {3, 1, 2}) ASSERT_TRUE(store.add(default_subscriber(fmt::format("00101{:010}", i), key(1), key(2))));
  EXPECT_EQ(*store.list({}, 2), (std::vector<std::string>{"001010000000001", "001010000000002"}));
  EXPECT_EQ(*store.list("001010000000002"), std::vector<std::string>{"001010000000003"});
}

TEST(SubscriberStore, stores_nothing_of_a_batch_that_has_one_bad_subscriber) {
  auto store = memory();
  Subscriber bad = default_subscriber("999700000000002", key(1), Bytes(5));
  auto status = store.put({rich_subscriber(), bad}, false);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().describe(), "imsi-999700000000002.security.opc: 5 octets (Milenage 16, TUAK 32)");
  EXPECT_EQ(*store.count(), 0u);
}

TEST(SubscriberStore, starts_at_an_sqn_of_32_or_more) {
  auto store = memory();
  ASSERT_TRUE(store.add(default_subscriber(imsi, key(1), key(2))));
  EXPECT_GE(store.next_aka(imsi)->sqn, 32u);
}

TEST(SubscriberStore, never_gives_an_sqn_twice_when_the_process_is_killed) {
  StoreFile file;
  std::set<crypto::Sqn> used;
  crypto::Sqn highest = 0;
  ASSERT_TRUE(file.open().add(default_subscriber(imsi, key(1), key(2))));
  std::vector<SubscriberStore> killed;  // never closed while the next one works
  for (size_t vectors : {1u, 5u, 1100u, 1u, 3000u}) {
    killed.push_back(file.open());
    for (size_t i = 0; i < vectors; ++i) {
      auto aka = killed.back().next_aka(imsi);
      ASSERT_TRUE(aka) << aka.error().describe();
      EXPECT_TRUE(used.insert(aka->sqn).second);
      EXPECT_GT(aka->sqn, highest);
      highest = aka->sqn;
    }
  }
}

TEST(SubscriberStore, stops_an_earlier_process_that_authenticates_from_the_same_file) {
  StoreFile file;
  auto first = file.open();
  ASSERT_TRUE(first.add(default_subscriber(imsi, key(1), key(2))));
  std::set<crypto::Sqn> used;
  for (int i = 0; i < 10; ++i) used.insert(first.next_aka(imsi)->sqn);
  auto second = file.open();
  for (int i = 0; i < 10; ++i) used.insert(second.next_aka(imsi)->sqn);
  EXPECT_EQ(used.size(), 20u);
  EXPECT_EQ(first.next_aka(imsi).error().fault, Fault::denied);
}

TEST(SubscriberStore, sees_what_another_process_changes_without_going_back_in_sqn) {
  StoreFile file;
  auto core = file.open();
  ASSERT_TRUE(core.add(default_subscriber(imsi, key(1), key(2))));
  ASSERT_TRUE(core.find(imsi));
  crypto::Sqn before = core.next_aka(imsi)->sqn;
  auto cli = file.open();
  Subscriber changed = **cli.find(imsi);
  changed.ambr.uplink.bps = 77;
  ASSERT_TRUE(cli.update(changed));
  EXPECT_EQ((*core.find(imsi))->ambr.uplink.bps, 77u);
  EXPECT_GT(core.next_aka(imsi)->sqn, before);
  changed.security.sqn = 1 << 20;
  ASSERT_TRUE(cli.update(changed));
  EXPECT_GT(core.next_aka(imsi)->sqn, 1u << 20);
  ASSERT_TRUE(cli.remove(imsi));
  EXPECT_EQ(core.next_aka(imsi).error().fault, Fault::not_found);
}

TEST(SubscriberStore, keeps_a_resynchronised_sqn_over_a_restart) {
  StoreFile file;
  auto functions = *aka_functions(default_subscriber(imsi, key(1), key(2)).security);
  Octets<16> rand{9};
  crypto::Sqn sqn_ms = (crypto::Sqn{1} << 30) + 5;
  auto killed = file.open();
  ASSERT_TRUE(killed.add(default_subscriber(imsi, key(1), key(2))));
  EXPECT_EQ(*killed.resynchronise(imsi, rand, crypto::make_auts(functions, rand, sqn_ms)), sqn_ms);
  crypto::Sqn next = killed.next_aka(imsi)->sqn;
  EXPECT_GT(next, sqn_ms);
  auto store = file.open();
  EXPECT_GT(store.next_aka(imsi)->sqn, next);
}

TEST(SubscriberStore, refuses_a_schema_from_the_future_and_a_file_that_is_none) {
  StoreFile file;
  std::FILE* out = std::fopen(file.path.c_str(), "w");
  std::fputs("this is no database, but it is long enough to be read as if it were one. this is no database.", out);
  std::fclose(out);
  auto store = SubscriberStore::open(file.path);
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().fault, Fault::io);
  EXPECT_EQ(SubscriberStore::open("/nonexistent/x.db").error().fault, Fault::io);
}

TEST(SubscriberStore, prepares_vectors_fast_enough) {
  auto store = memory();
  constexpr int subscribers = 2000;
  std::vector<Subscriber> all;
  for (int i = 0; i < subscribers; ++i) all.push_back(default_subscriber(fmt::format("00101{:010}", i), key(1), key(2)));
  ASSERT_TRUE(store.put(all, false));
  auto start = std::chrono::steady_clock::now();
  for (int round = 0; round < 3; ++round) {
    for (const auto& subscriber : all) ASSERT_TRUE(store.next_aka(subscriber.imsi));
  }
  auto each = std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start).count() / (3 * subscribers);
  RecordProperty("us_per_vector", std::to_string(each));
  std::printf("next_aka: %.2f us\n", each);
}

TEST(Subscriber, is_validated_by_field) {
  auto broken = [](auto change) {
    Subscriber subscriber = rich_subscriber();
    change(subscriber);
    auto status = validate(subscriber);
    return status ? std::string("valid") : status.error().where;
  };
  EXPECT_EQ(broken([](Subscriber&) {}), "valid");
  EXPECT_EQ(broken([](Subscriber& s) { s.imsi = "12a"; }), "imsi");
  EXPECT_EQ(broken([](Subscriber& s) { s.security.k.clear(); }), "security.k");
  EXPECT_EQ(broken([](Subscriber& s) { s.security.sqn = crypto::sqn_limit; }), "security.sqn");
  EXPECT_EQ(broken([](Subscriber& s) { s.msisdns = {"x"}; }), "msisdn");
  EXPECT_EQ(broken([](Subscriber& s) { s.slices.clear(); }), "slice");
  EXPECT_EQ(broken([](Subscriber& s) { s.slices[1].sessions[0].qos.arp.priority_level = 16; }),
            "slice[1].session[0].qos.arp.priority_level");
  EXPECT_EQ(broken([](Subscriber& s) { s.slices[0].default_indicator = false; }), "slice");
}

TEST(Subscriber, derives_the_same_functions_from_op_and_from_opc) {
  Security with_op = default_subscriber(imsi, key(1), {}).security;
  with_op.op = key(5);
  Security with_opc = with_op;
  with_opc.op.clear();
  crypto::Key128 k, op;
  k.fill(1);
  op.fill(5);
  auto opc = crypto::milenage_opc(k, op);
  with_opc.opc.assign(opc.begin(), opc.end());
  EXPECT_EQ(aka_functions(with_op)->f2345({3}).ck, aka_functions(with_opc)->f2345({3}).ck);
}

TEST(Subscriber, is_shown_without_keys_unless_asked_for) {
  EXPECT_EQ(describe(rich_subscriber(), false).find("01010101"), std::string::npos);
  EXPECT_NE(describe(rich_subscriber(), true).find("01010101"), std::string::npos);
}

struct Dbctl : ::testing::Test {
  SubscriberStore store = memory();
  std::string run(std::vector<std::string> arguments) {
    auto out = dbctl(store, arguments);
    return out ? *out : "error: " + out.error().describe();
  }
};
constexpr const char* k_text = "465B5CE8B199B49FAA5F0A2EE238A6BC";
constexpr const char* opc_text = "E8ED289DEBA952E4283B54E88E6183CA";

TEST_F(Dbctl, adds_as_open5gs_does) {
  EXPECT_EQ(run({"add", imsi, k_text, opc_text}), "");
  auto found = *store.find(imsi);
  EXPECT_EQ(found->slices[0].s_nssai, (SNssai{1, {}}));
  EXPECT_EQ(found->slices[0].sessions[0].dnn, "internet");
  EXPECT_EQ(to_hex(found->security.opc), "e8ed289deba952e4283b54e88e6183ca");
}

TEST_F(Dbctl, changes_what_its_verbs_name) {
  EXPECT_EQ(run({"add_ue_with_slice", imsi, k_text, opc_text, "lab", "2", "0000ab"}), "");
  EXPECT_EQ(run({"static_ip", imsi, "10.45.0.7"}), "");
  EXPECT_EQ(run({"static_ip6", imsi, "2001:db8::7"}), "");
  EXPECT_EQ(run({"ambr_speed", imsi, "50", "2", "10", "2"}), "");
  EXPECT_EQ(run({"type", imsi, "1"}), "");
  EXPECT_EQ(run({"update_apn", imsi, "second", "0"}), "");
  EXPECT_EQ(run({"update_slice", imsi, "iot", "3", "ffffff"}), "");
  EXPECT_EQ(run({"subscriber_status", imsi, "1"}), "");
  auto found = *store.find(imsi);
  EXPECT_EQ(found->slices[0].s_nssai, (SNssai{2, 0xab}));
  EXPECT_EQ(found->slices[1].s_nssai, (SNssai{3, {}}));
  EXPECT_EQ(found->slices[0].sessions[1].dnn, "second");
  EXPECT_EQ(found->slices[0].sessions[0].ambr, (sbi::Ambr{{10'000'000}, {50'000'000}}));
  EXPECT_EQ(found->slices[0].sessions[0].type, sbi::PduSessionType::ipv4);
  EXPECT_EQ(ipv4_text(*found->slices[0].sessions[0].ipv4), "10.45.0.7");
  EXPECT_TRUE(found->barred);
  EXPECT_EQ(store.next_aka(imsi).error().fault, Fault::denied);
  EXPECT_EQ(run({"list"}), "999700000000001\n");
  EXPECT_EQ(run({"reset"}), "");
  EXPECT_EQ(run({"list"}), "");
}

TEST_F(Dbctl, names_the_argument_that_is_wrong) {
  EXPECT_EQ(run({"add", imsi, k_text}), "error: subscriber: add takes IMSI [IPV4] KEY OPC: 2 arguments were given");
  EXPECT_EQ(run({"add", imsi, "12", opc_text}), "error: imsi-999700000000001.security.k: 1 octets (Milenage 16, TUAK 16 or 32)");
  EXPECT_TRUE(run({"add", imsi, "xy", opc_text}).starts_with("error: KEY"));
  EXPECT_EQ(run({"remove", imsi}), "error: imsi-999700000000001: is not a subscriber");
  EXPECT_TRUE(run({"addd"}).starts_with("error: subscriber: unknown verb 'addd'"));
  EXPECT_TRUE(run({}).starts_with("error: subscriber: a verb is needed"));
}

}  // namespace
}  // namespace sen::udm
