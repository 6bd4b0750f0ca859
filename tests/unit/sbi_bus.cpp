#include <gtest/gtest.h>

#include "core/sbi/bus.h"
#include "core/sbi/nausf.h"
#include "core/sbi/nudm.h"

namespace sen::sbi {
namespace {

using namespace std::chrono_literals;

struct Rig {
  ManualExecutor executor;
  Bus bus{executor};
  std::vector<Reply<NoContent>> answers;

  Continuation<NudmConfirmAuth> keep() {
    return [this](Reply<NoContent> answer) { answers.push_back(std::move(answer)); };
  }
};

TEST(SbiBus, carries_request_and_reply) {
  Rig rig;
  rig.bus.serve<NausfUeAuthenticate>([](const AuthenticationInfo& request, Responder<UeAuthenticationCtx> reply) {
    reply(UeAuthenticationCtx{.auth_ctx_id = "ctx-of-" + request.supi_or_suci});
  });
  std::string context;
  rig.bus.call<NausfUeAuthenticate>({.supi_or_suci = "imsi-1"}, [&](Reply<UeAuthenticationCtx> answer) { context = answer->auth_ctx_id; });
  rig.executor.run_for(1ms);
  EXPECT_EQ(context, "ctx-of-imsi-1");
}

TEST(SbiBus, is_never_reentrant) {
  Rig rig;
  std::string order;
  rig.bus.serve<NudmConfirmAuth>([&](const AuthEvent&, Responder<NoContent> reply) {
    order += "handler ";
    reply(NoContent{});
    order += "replied ";
  });
  rig.bus.call<NudmConfirmAuth>({}, [&](Reply<NoContent>) { order += "continuation"; });
  order += "called ";
  rig.executor.run_for(1ms);
  EXPECT_EQ(order, "called handler replied continuation");
}

TEST(SbiBus, answers_503_when_nobody_serves) {
  Rig rig;
  rig.bus.call<NudmConfirmAuth>({}, rig.keep());
  rig.executor.run_for(1ms);
  ASSERT_EQ(rig.answers.size(), 1u);
  EXPECT_EQ(rig.answers[0].error().status, 503);
  EXPECT_EQ(rig.answers[0].error().cause, cause::target_nf_not_reachable);
  rig.executor.run_for(10s);
  EXPECT_EQ(rig.answers.size(), 1u);
}

TEST(SbiBus, answers_504_after_the_limit_and_ignores_what_comes_later) {
  Rig rig;
  std::optional<Responder<NoContent>> kept;
  rig.bus.serve<NudmConfirmAuth>([&](const AuthEvent&, Responder<NoContent> reply) { kept.emplace(std::move(reply)); });
  rig.bus.call<NudmConfirmAuth>({}, rig.keep());
  rig.executor.run_for(4999ms);
  EXPECT_TRUE(rig.answers.empty());
  rig.executor.run_for(2ms);
  ASSERT_EQ(rig.answers.size(), 1u);
  EXPECT_EQ(rig.answers[0].error().status, 504);
  (*kept)(NoContent{});
  kept.reset();
  rig.executor.run_for(1s);
  EXPECT_EQ(rig.answers.size(), 1u);
  EXPECT_EQ(rig.bus.statistics().late_replies, 1u);
}

TEST(SbiBus, lets_a_handler_answer_later) {
  Rig rig;
  std::optional<Responder<NoContent>> kept;
  rig.bus.serve<NudmConfirmAuth>([&](const AuthEvent&, Responder<NoContent> reply) { kept.emplace(std::move(reply)); });
  rig.bus.call<NudmConfirmAuth>({}, rig.keep());
  rig.executor.run_for(2s);
  (*kept)(NoContent{});
  rig.executor.run_for(1ms);
  ASSERT_EQ(rig.answers.size(), 1u);
  EXPECT_TRUE(rig.answers[0].has_value());
}

TEST(SbiBus, counts_a_second_reply_and_delivers_the_first) {
  Rig rig;
  rig.bus.serve<NudmConfirmAuth>([](const AuthEvent&, Responder<NoContent> reply) {
    reply(problem(404, cause::user_not_found, ""));
    reply(NoContent{});
  });
  rig.bus.call<NudmConfirmAuth>({}, rig.keep());
  rig.executor.run_for(1ms);
  ASSERT_EQ(rig.answers.size(), 1u);
  EXPECT_EQ(rig.answers[0].error().status, 404);
  EXPECT_EQ(rig.bus.statistics().late_replies, 1u);
}

TEST(SbiBus, answers_500_when_the_handler_forgets) {
  Rig rig;
  rig.bus.serve<NudmConfirmAuth>([](const AuthEvent&, Responder<NoContent>) {});
  rig.bus.call<NudmConfirmAuth>({}, rig.keep());
  rig.executor.run_for(1ms);
  ASSERT_EQ(rig.answers.size(), 1u);
  EXPECT_EQ(rig.answers[0].error().status, 500);
  EXPECT_EQ(rig.bus.statistics().abandoned, 1u);
}

TEST(SbiBus, routes_by_target_and_falls_back_to_the_only_one) {
  Rig rig;
  std::string seen;
  auto named = [&](std::string name) {
    return [&seen, name](const DeregistrationData&, Responder<NoContent> reply) {
      seen += name;
      reply(NoContent{});
    };
  };
  rig.bus.serve<NudmDeregistrationNotification>(named("default "));
  rig.bus.serve<NudmDeregistrationNotification>(named("amf2 "), "amf2");
  rig.bus.call<NudmDeregistrationNotification>({}, [](auto) {}, {.target = "amf2"});
  rig.bus.call<NudmDeregistrationNotification>({}, [](auto) {}, {.target = "amf3"});
  rig.bus.call<NudmDeregistrationNotification>({}, [](auto) {});
  rig.executor.run_for(1ms);
  EXPECT_EQ(seen, "amf2 default default ");
}

TEST(SbiBus, refuses_calls_above_its_limit_with_congestion) {
  Rig rig;
  std::vector<Responder<NoContent>> kept;
  rig.bus.serve<NudmConfirmAuth>([&](const AuthEvent&, Responder<NoContent> reply) { kept.push_back(std::move(reply)); });
  for (size_t i = 0; i < Bus::max_pending; ++i) rig.bus.call<NudmConfirmAuth>({}, [](auto) {});
  rig.bus.call<NudmConfirmAuth>({}, rig.keep());
  rig.executor.run_for(1ms);
  ASSERT_EQ(rig.answers.size(), 1u);
  EXPECT_EQ(rig.answers[0].error().cause, cause::nf_congestion);
  kept.clear();
  rig.executor.run_for(1ms);
  rig.bus.serve<NudmConfirmAuth>([](const AuthEvent&, Responder<NoContent> reply) { reply(NoContent{}); });
  rig.bus.call<NudmConfirmAuth>({}, rig.keep());
  rig.executor.run_for(1ms);
  EXPECT_TRUE(rig.answers.back().has_value());
}

TEST(SbiBus, delivers_although_the_inbox_is_full) {
  Rig rig;
  rig.bus.serve<NudmConfirmAuth>([](const AuthEvent&, Responder<NoContent> reply) { reply(NoContent{}); });
  while (rig.executor.post([] {})) {
  }
  rig.bus.call<NudmConfirmAuth>({}, rig.keep());
  rig.executor.run_for(1ms);
  ASSERT_EQ(rig.answers.size(), 1u);
  EXPECT_TRUE(rig.answers[0].has_value());
}

TEST(SbiBus, may_go_before_its_calls) {
  ManualExecutor executor;
  std::optional<Responder<NoContent>> kept;
  bool ran = false;
  {
    Bus bus(executor);
    bus.serve<NudmConfirmAuth>([&](const AuthEvent&, Responder<NoContent> reply) { kept.emplace(std::move(reply)); });
    bus.call<NudmConfirmAuth>({}, [&](Reply<NoContent>) { ran = true; });
    executor.run_for(1ms);
    bus.call<NudmConfirmAuth>({}, [&](Reply<NoContent>) { ran = true; });
  }
  (*kept)(NoContent{});
  kept.reset();
  executor.run_for(10s);
  EXPECT_FALSE(ran);
}

TEST(SbiBus, finds_the_authority_of_a_uri) {
  EXPECT_EQ(authority_of("http://amf1:7777/namf-callback/v1/x"), "amf1:7777");
  EXPECT_EQ(authority_of("amf1/x"), "amf1");
  EXPECT_EQ(authority_of("amf1"), "amf1");
  EXPECT_EQ(authority_of(""), "");
}

}  // namespace
}  // namespace sen::sbi
