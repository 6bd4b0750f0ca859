// What becomes of sessions when their UPF restarts or leaves (TS 23.527 4.2, 4.3; TS 29.244 6.2.6 to 6.2.8). After a restart each session is
// established again with the same F-TEIDs (RESTI), so that gNB and UE notice nothing; what the UPF refuses is released with #39, and so is
// everything when the UPF releases its association.
#include <algorithm>

#include "base/log.h"
#include "core/smf/detail/core.h"
#include "core/smf/detail/n4_rules.h"
#include "core/smf/limits.h"

namespace sen::smf {

using namespace detail;

void Smf::Core::upf_associated(size_t upf, bool restarted) {
  if (!restarted) return;
  auto& queue = restorations_[upf].waiting;
  queue.clear();
  for (auto& [id, s] : sessions_) {
    if (s->upf != upf || s->up_seid == 0) continue;
    n4_.count_session(upf, -1);
    s->up_seid = 0;
    if (s->state == State::active || s->state == State::modifying) queue.push_back(s->seid);
  }
  std::sort(queue.rbegin(), queue.rend());  // taken from the back: the oldest first
  log_warning(Layer::smf, "UPF {}: establishing {} sessions again", n4_.endpoint(upf).text(), queue.size());
  while (restorations_[upf].open < limit::restores_at_once && !queue.empty()) restore_next(upf);
}

void Smf::Core::restore_next(size_t upf) {
  auto& r = restorations_[upf];
  while (!r.waiting.empty()) {
    auto* s = find(r.waiting.back());
    r.waiting.pop_back();
    if (!s || s->up_seid != 0 || (s->state != State::active && s->state != State::modifying)) continue;
    ++r.open;
    return restore(*s, [this, upf] {
      --restorations_[upf].open;
      restore_next(upf);
    });
  }
}

void Smf::Core::restore(Session& s, std::move_only_function<void()> done) {
  auto upf = s.upf;
  s.forwarded.clear();  // of an N4 session that is gone
  n4_.request(upf, 0, establishment(s, config_, n4_.own_id(), false, true), [this, upf, seid = s.seid, done = std::move(done)](const N4Answer& answer) mutable {
    auto* session = find(seid);
    auto* response = answer.get_if<pfcp::SessionEstablishmentResponse>();
    bool accepted = response && response->cause == pfcp::Cause::accepted && response->up_f_seid && response->up_f_seid->seid != 0;
    if (!session && accepted) {
      n4_.request(upf, response->up_f_seid->seid, pfcp::SessionDeletionRequest{}, [](const N4Answer&) {});
    } else if (session && accepted) {
      session->up_seid = response->up_f_seid->seid;
      n4_.count_session(upf, 1);
      log_info(Layer::smf, "{}: established again on UPF {}", session->name(), n4_.endpoint(upf).text());
    } else if (session && (session->state == State::active || session->state == State::modifying)) {
      log_error(Layer::smf, "{}: UPF {} did not establish it again: {}", session->name(), n4_.endpoint(upf).text(),
                response ? fmt::format("cause {}", static_cast<unsigned>(response->cause)) : answer.problem);
      release_by_network(*session, nas::SmCause::reactivation_requested);
    }
    done();
  });
}

void Smf::Core::upf_lost(size_t upf, bool released) {
  std::vector<uint64_t> there;
  for (auto& [id, s] : sessions_) {
    if (s->upf == upf && s->up_seid != 0) there.push_back(s->seid);
  }
  if (!released) {
    // They may still be there when the path comes back; a restart shows in the recovery time stamp.
    if (!there.empty()) log_error(Layer::smf, "UPF {}: {} sessions have no UPF at the moment", n4_.endpoint(upf).text(), there.size());
    return;
  }
  std::sort(there.begin(), there.end());
  for (auto seid : there) {
    auto* s = find(seid);
    n4_.count_session(upf, -1);
    s->up_seid = 0;
    if (s->state == State::active || s->state == State::modifying) release_by_network(*s, nas::SmCause::reactivation_requested);
  }
}

}  // namespace sen::smf
