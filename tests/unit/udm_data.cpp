#include <gtest/gtest.h>
#include <unistd.h>

#include "core/udm/udm.h"

namespace sen::udm {
namespace {

using namespace std::chrono_literals;
using sbi::Reply;

constexpr const char* imsi = "999700000000001";
constexpr const char* supi = "imsi-999700000000001";

struct Rig {
  ManualExecutor executor;
  sbi::Bus bus{executor};
  SubscriberStore store = std::move(*SubscriberStore::open(":memory:"));
  crypto::RandomSource random{7};
  Udm udm{bus, store, random, {}};

  Rig() {
    Subscriber subscriber = default_subscriber(imsi, Bytes(16, 1), Bytes(16, 2));
    subscriber.msisdns = {"491700000001"};
    subscriber.slices[0].sessions[0].ipv4 = Octets<4>{10, 45, 0, 7};
    subscriber.slices.push_back(Slice{{2, 0xabcdef}, false, {Session{.dnn = "iot", .type = sbi::PduSessionType::ipv4}}});
    EXPECT_TRUE(store.add(subscriber));
  }
  template <class Op>
  Reply<typename Op::Response> ask(typename Op::Request request) {
    std::optional<Reply<typename Op::Response>> out;
    bus.call<Op>(std::move(request), [&](Reply<typename Op::Response> answer) { out = std::move(answer); });
    executor.run_for(1ms);
    EXPECT_TRUE(out.has_value());
    return std::move(*out);
  }
  sbi::Amf3gppAccessRegistration amf(const std::string& name, uint8_t pointer) {
    return {.ue_id = supi,
            .amf_instance_id = name,
            .dereg_callback_uri = "http://" + name + "/namf-callback/v1/dereg/" + supi,
            .guami = {Plmn(999, 70, 2), 2, 1, pointer}};
  }
};

TEST(UdmData, tells_the_amf_what_is_subscribed) {
  Rig rig;
  auto data = rig.ask<sbi::NudmSdmGetAmData>({supi});
  ASSERT_TRUE(data);
  EXPECT_EQ(data->gpsis, std::vector<std::string>{"msisdn-491700000001"});
  EXPECT_EQ(data->nssai.default_single_nssais, (std::vector<SNssai>{{1, {}}}));
  EXPECT_EQ(data->nssai.single_nssais, (std::vector<SNssai>{{2, 0xabcdef}}));
  EXPECT_EQ(data->nssai, *rig.ask<sbi::NudmSdmGetNssai>({supi}));
  EXPECT_TRUE(data->rat_restrictions.empty());
  auto select = rig.ask<sbi::NudmSdmGetSmfSelectData>({supi});
  EXPECT_EQ(select->subscribed_snssai_infos[1].dnn_infos, (std::vector<sbi::DnnInfo>{{"iot", true}}));
}

TEST(UdmData, tells_the_smf_how_a_session_shall_be) {
  Rig rig;
  auto data = rig.ask<sbi::NudmSdmGetSmData>({supi, SNssai{1, {}}, "internet"});
  ASSERT_TRUE(data);
  ASSERT_EQ(data->individual.size(), 1u);
  const auto& configuration = data->individual[0].dnn_configurations[0];
  EXPECT_EQ(configuration.pdu_session_types.allowed_session_types.size(), 3u);
  EXPECT_EQ(*configuration.static_ipv4, (Octets<4>{10, 45, 0, 7}));
  EXPECT_EQ(rig.ask<sbi::NudmSdmGetSmData>({supi, {}, ""})->individual.size(), 2u);
}

TEST(UdmData, names_what_is_subscribed_when_asked_for_something_else) {
  Rig rig;
  auto data = rig.ask<sbi::NudmSdmGetSmData>({supi, SNssai{1, {}}, "ims"});
  ASSERT_FALSE(data);
  EXPECT_EQ(data.error().cause, sbi::cause::data_not_found);
  EXPECT_EQ(data.error().detail, "imsi-999700000000001: slice 1 with DNN 'ims' is not subscribed; subscribed are 1/internet 2-abcdef/iot");
  EXPECT_EQ(rig.ask<sbi::NudmSdmGetAmData>({"imsi-999700000000002"}).error().cause, sbi::cause::user_not_found);
  EXPECT_EQ(rig.ask<sbi::NudmSdmGetAmData>({"nonsense"}).error().status, 400);
}

TEST(UdmData, tells_the_old_amf_when_another_takes_over) {
  Rig rig;
  std::vector<std::pair<std::string, sbi::DeregistrationData>> told;
  for (std::string name : {"amf1", "amf2"}) {
    rig.bus.serve<sbi::NudmDeregistrationNotification>(
        [&told, name](const sbi::DeregistrationData& data, sbi::Responder<sbi::NoContent> reply) {
          told.emplace_back(name, data);
          reply(sbi::NoContent{});
        },
        name);
  }
  EXPECT_TRUE(rig.ask<sbi::NudmUecmRegisterAmf>(rig.amf("amf1", 1)));
  EXPECT_TRUE(rig.ask<sbi::NudmUecmRegisterAmf>(rig.amf("amf1", 1)));
  EXPECT_TRUE(told.empty());
  EXPECT_TRUE(rig.ask<sbi::NudmUecmRegisterAmf>(rig.amf("amf2", 2)));
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].first, "amf1");
  EXPECT_EQ(told[0].second.supi, supi);
  EXPECT_EQ(told[0].second.dereg_reason, sbi::DeregistrationReason::ue_registration_area_change);
  EXPECT_EQ(rig.ask<sbi::NudmUecmDeregisterAmf>({supi, {Plmn(999, 70, 2), 2, 1, 1}}).error().cause, sbi::cause::invalid_guami);
  EXPECT_TRUE(rig.ask<sbi::NudmUecmDeregisterAmf>({supi, {Plmn(999, 70, 2), 2, 1, 2}}));
  EXPECT_EQ(rig.ask<sbi::NudmUecmDeregisterAmf>({supi, {}}).error().status, 404);
}

TEST(UdmData, keeps_which_smf_serves_a_session) {
  Rig rig;
  EXPECT_TRUE(rig.ask<sbi::NudmUecmRegisterSmf>({supi, 5, "smf1", SNssai{1, {}}, "internet", Plmn(999, 70, 2)}));
  auto sessions = rig.ask<sbi::NudmSdmGetUeContextInSmf>({supi});
  ASSERT_EQ(sessions->pdu_sessions.size(), 1u);
  EXPECT_EQ(sessions->pdu_sessions[0].dnn, "internet");
  EXPECT_TRUE(rig.ask<sbi::NudmUecmDeregisterSmf>({supi, 5, "smf1"}));
  EXPECT_EQ(rig.ask<sbi::NudmUecmDeregisterSmf>({supi, 5, "smf1"}).error().status, 404);
  EXPECT_TRUE(rig.ask<sbi::NudmSdmGetUeContextInSmf>({supi})->pdu_sessions.empty());
}

TEST(UdmData, notifies_subscribers_of_changes_until_they_leave) {
  Rig rig;
  std::vector<sbi::SdmChangeNotification> told;
  rig.bus.serve<sbi::NudmSdmNotification>([&](const sbi::SdmChangeNotification& data, sbi::Responder<sbi::NoContent> reply) {
    told.push_back(data);
    reply(sbi::NoContent{});
  });
  sbi::SdmSubscription subscription{
      .supi = supi, .nf_instance_id = "amf1", .callback_reference = "http://amf1/sdm", .monitored_resource_uris = {"am-data"}};
  EXPECT_TRUE(rig.ask<sbi::NudmSdmSubscribe>(subscription));
  auto subscribed = rig.ask<sbi::NudmSdmSubscribe>(subscription);
  rig.udm.subscriber_changed(imsi);
  rig.executor.run_for(1ms);
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].resource_ids, std::vector<std::string>{"am-data"});
  EXPECT_TRUE(rig.ask<sbi::NudmSdmUnsubscribe>({supi, subscribed->subscription_id}));
  EXPECT_FALSE(rig.ask<sbi::NudmSdmUnsubscribe>({supi, subscribed->subscription_id}));
  rig.udm.subscriber_changed(imsi);
  rig.executor.run_for(1ms);
  EXPECT_EQ(told.size(), 1u);
}

TEST(UdmData, withdraws_a_subscriber_who_was_removed) {
  Rig rig;
  std::vector<sbi::DeregistrationReason> reasons;
  rig.bus.serve<sbi::NudmDeregistrationNotification>([&](const sbi::DeregistrationData& data, sbi::Responder<sbi::NoContent> reply) {
    reasons.push_back(data.dereg_reason);
    reply(sbi::NoContent{});
  });
  EXPECT_TRUE(rig.ask<sbi::NudmUecmRegisterAmf>(rig.amf("amf1", 1)));
  ASSERT_TRUE(rig.store.remove(imsi));
  rig.udm.subscriber_changed(imsi);
  rig.executor.run_for(1ms);
  EXPECT_EQ(reasons, std::vector{sbi::DeregistrationReason::subscription_withdrawn});
}

TEST(UdmData, learns_within_a_second_what_another_process_changed) {
  std::string path = fmt::format("/tmp/sen_udm_watch_{}.db", getpid());
  {
    auto store = SubscriberStore::open(path);
    ASSERT_TRUE(store);
    ASSERT_TRUE(store->add(default_subscriber(imsi, Bytes(16, 1), Bytes(16, 2))));
    ManualExecutor executor;
    sbi::Bus bus(executor);
    crypto::RandomSource random(1);
    Udm udm(bus, *store, random, {});
    std::vector<std::string> told;
    std::vector<sbi::DeregistrationReason> reasons;
    bus.serve<sbi::NudmSdmNotification>([&](const sbi::SdmChangeNotification& data, sbi::Responder<sbi::NoContent> reply) {
      told.push_back(data.supi);
      reply(sbi::NoContent{});
    });
    bus.serve<sbi::NudmDeregistrationNotification>([&](const sbi::DeregistrationData& data, sbi::Responder<sbi::NoContent> reply) {
      reasons.push_back(data.dereg_reason);
      reply(sbi::NoContent{});
    });
    bus.call<sbi::NudmSdmSubscribe>({.supi = supi, .nf_instance_id = "amf1", .callback_reference = "amf1", .monitored_resource_uris = {}}, [](auto) {});
    bus.call<sbi::NudmUecmRegisterAmf>({.ue_id = supi, .amf_instance_id = "amf1", .dereg_callback_uri = "amf1"}, [](auto) {});
    udm.watch_store();
    executor.run_for(3s);
    EXPECT_TRUE(told.size() <= 1u);  // what was written before, at most
    told.clear();
    auto other = SubscriberStore::open(path);
    ASSERT_TRUE(other);
    auto changed = default_subscriber(imsi, Bytes(16, 1), Bytes(16, 2));
    changed.ambr.uplink.bps = 7'000'000;
    ASSERT_TRUE(other->update(changed));
    ASSERT_TRUE(other->add(default_subscriber("999700000000077", Bytes(16, 1), Bytes(16, 2))));
    executor.run_for(1100ms);
    EXPECT_EQ(told, std::vector<std::string>{supi});
    EXPECT_TRUE(reasons.empty());
    ASSERT_TRUE(other->remove(imsi));
    executor.run_for(1100ms);
    EXPECT_EQ(reasons, std::vector{sbi::DeregistrationReason::subscription_withdrawn});
    EXPECT_EQ(told.size(), 1u);
  }
  for (const char* suffix : {"", "-wal", "-shm"}) unlink((path + suffix).c_str());
}

}  // namespace
}  // namespace sen::udm
