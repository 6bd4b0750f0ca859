#include "core/udm/store.h"

#include <sqlite3.h>

#include <unordered_map>

namespace sen::udm {
namespace {

constexpr int schema_version = 2;
constexpr const char* schema = R"(
CREATE TABLE subscriber (imsi TEXT PRIMARY KEY, algorithm INTEGER NOT NULL, method INTEGER NOT NULL, k BLOB NOT NULL, op BLOB NOT NULL,
  opc BLOB NOT NULL, amf BLOB NOT NULL, sqn INTEGER NOT NULL, sqn_epoch INTEGER NOT NULL, ambr_uplink INTEGER NOT NULL,
  ambr_downlink INTEGER NOT NULL, access_restriction INTEGER NOT NULL, ue_usage_type INTEGER, barred INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE msisdn (imsi TEXT NOT NULL, position INTEGER NOT NULL, digits TEXT NOT NULL, PRIMARY KEY (imsi, position)) WITHOUT ROWID;
CREATE TABLE slice (imsi TEXT NOT NULL, position INTEGER NOT NULL, sst INTEGER NOT NULL, sd INTEGER, default_indicator INTEGER NOT NULL,
  PRIMARY KEY (imsi, position)) WITHOUT ROWID;
CREATE TABLE session (imsi TEXT NOT NULL, slice INTEGER NOT NULL, position INTEGER NOT NULL, dnn TEXT NOT NULL, type INTEGER NOT NULL,
  five_qi INTEGER NOT NULL, arp_level INTEGER NOT NULL, arp_may_preempt INTEGER NOT NULL, arp_preemptable INTEGER NOT NULL,
  ambr_uplink INTEGER NOT NULL, ambr_downlink INTEGER NOT NULL, ipv4 BLOB, ipv6 BLOB, PRIMARY KEY (imsi, slice, position)) WITHOUT ROWID;
CREATE TABLE sqn_epoch (only INTEGER PRIMARY KEY CHECK (only = 1), epoch INTEGER NOT NULL);
INSERT INTO sqn_epoch VALUES (1, 0);
)";

// Version 2: which subscribers were written, so that the core learns what the CLI did.
constexpr const char* schema_2 = R"(
CREATE TABLE change (number INTEGER PRIMARY KEY AUTOINCREMENT, imsi TEXT NOT NULL);
)";

struct CloseDatabase {
  void operator()(sqlite3* db) const { sqlite3_close_v2(db); }
};
struct Finalise {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Database = std::unique_ptr<sqlite3, CloseDatabase>;
using Prepared = std::unique_ptr<sqlite3_stmt, Finalise>;

std::unexpected<Error> io_error(sqlite3* db, std::string_view doing) {
  const char* file = sqlite3_db_filename(db, nullptr);
  return fail(Fault::io, file != nullptr && *file != 0 ? file : "subscriber store", "{}: {}", doing, sqlite3_errmsg(db));
}

// One use of a prepared statement: binds in order, steps, reads columns in order, resets when it goes.
class Query {
 public:
  explicit Query(const Prepared& prepared) : statement_(prepared.get()) {}
  ~Query() {
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
  }
  Query(const Query&) = delete;

  Query& bind(uint64_t value) { return bound(sqlite3_bind_int64(statement_, ++bind_, static_cast<sqlite3_int64>(value))); }
  Query& bind(const std::string& text) {
    return bound(sqlite3_bind_text(statement_, ++bind_, text.data(), static_cast<int>(text.size()), SQLITE_STATIC));
  }
  Query& bind(ByteView bytes) {
    // A null pointer would bind NULL.
    const void* data = bytes.empty() ? static_cast<const void*>("") : bytes.data();
    return bound(sqlite3_bind_blob(statement_, ++bind_, data, static_cast<int>(bytes.size()), SQLITE_STATIC));
  }
  Query& bind_null() { return bound(sqlite3_bind_null(statement_, ++bind_)); }
  template <class T>
  Query& bind_optional(const std::optional<T>& value) {
    if (!value) return bind_null();
    if constexpr (std::is_integral_v<T>) {
      return bind(static_cast<uint64_t>(*value));
    } else {
      return bind(ByteView(*value));
    }
  }

  // True: a row is there. False: no more.
  Result<bool> step() {
    column_ = -1;
    int code = bind_error_ != SQLITE_OK ? bind_error_ : sqlite3_step(statement_);
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) return false;
    return io_error(sqlite3_db_handle(statement_), "subscriber store");
  }
  Status run() {
    SEN_TRY(step());
    return {};
  }

  uint64_t number() { return static_cast<uint64_t>(sqlite3_column_int64(statement_, ++column_)); }
  std::string text() {
    const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(statement_, ++column_));
    return data == nullptr ? std::string() : std::string(data, static_cast<size_t>(sqlite3_column_bytes(statement_, column_)));
  }
  Bytes blob() {
    const auto* data = static_cast<const uint8_t*>(sqlite3_column_blob(statement_, ++column_));
    return data == nullptr ? Bytes() : Bytes(data, data + sqlite3_column_bytes(statement_, column_));
  }
  template <class T>
  std::optional<T> optional_number() {
    bool null = sqlite3_column_type(statement_, column_ + 1) == SQLITE_NULL;
    uint64_t value = number();
    return null ? std::nullopt : std::optional<T>(static_cast<T>(value));
  }
  template <size_t n>
  std::optional<Octets<n>> optional_octets() {
    Bytes bytes = blob();
    if (bytes.size() != n) return std::nullopt;
    Octets<n> out;
    std::memcpy(out.data(), bytes.data(), n);
    return out;
  }

 private:
  Query& bound(int code) {
    if (code != SQLITE_OK) bind_error_ = code;
    return *this;
  }

  sqlite3_stmt* statement_;
  int bind_ = 0;
  int column_ = -1;
  int bind_error_ = SQLITE_OK;
};

Status execute(sqlite3* db, const std::string& sql) {
  if (sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) return io_error(db, "subscriber store");
  return {};
}

// The value of a PRAGMA or a SELECT with one number.
Result<uint64_t> number_of(sqlite3* db, const char* sql) {
  sqlite3_stmt* raw = nullptr;
  if (sqlite3_prepare_v2(db, sql, -1, &raw, nullptr) != SQLITE_OK) return io_error(db, "subscriber store");
  Prepared prepared(raw);
  Query query(prepared);
  SEN_ASSIGN(bool row, query.step());
  return row ? query.number() : 0;
}

// Rolls back unless committed.
class Transaction {
 public:
  explicit Transaction(sqlite3* db) : db_(db) {}
  ~Transaction() {
    if (open_) sqlite3_exec(db_, "ROLLBACK", nullptr, nullptr, nullptr);
  }
  Transaction(const Transaction&) = delete;
  Status begin() {
    SEN_TRY(execute(db_, "BEGIN IMMEDIATE"));
    open_ = true;
    return {};
  }
  Status commit() {
    SEN_TRY(execute(db_, "COMMIT"));
    open_ = false;
    return {};
  }

 private:
  sqlite3* db_;
  bool open_ = false;
};

Status create_or_check_schema(sqlite3* db) {
  Transaction transaction(db);
  SEN_TRY(transaction.begin());
  SEN_ASSIGN(uint64_t version, number_of(db, "PRAGMA user_version"));
  if (version > schema_version) {
    return fail(Fault::unsupported, "subscriber store", "its schema version {} is newer than this program's {}", version, schema_version);
  }
  if (version == 0) {
    SEN_TRY(execute(db, schema));
  }
  if (version < 2) {
    SEN_TRY(execute(db, schema_2));
    SEN_TRY(execute(db, fmt::format("PRAGMA user_version = {}", schema_version)));
  }
  return transaction.commit();
}

uint64_t seq_of(crypto::Sqn sqn) { return sqn >> crypto::SqnGenerator::ind_bits; }

crypto::Sqn above(crypto::Sqn sqn, uint64_t seq) { return (sqn + (seq << crypto::SqnGenerator::ind_bits)) % crypto::sqn_limit; }

}  // namespace

struct SubscriberStore::State {
  struct Statements {
    Prepared data_version, insert, change, raise_sqn, reserve, erase, erase_msisdn, erase_slice, erase_session, insert_msisdn, insert_slice,
        insert_session, select, select_msisdn, select_slice, select_session, select_list, select_count, select_epoch, next_epoch,
        log_change, trim_changes, select_changes;
  };
  // Where a subscriber's SQN stands in this process. Never forgotten while the process lives: the row does not tell.
  struct Active {
    crypto::AkaFunctions functions;
    Octets<2> amf;
    sbi::AuthType method;
    bool barred;
    uint64_t generation;  // of the row that the keys are from
    crypto::Sqn last;
    crypto::Sqn start;  // last may go up to span SEQ above it
  };

  std::string path;
  Database db;
  Statements q;
  uint64_t data_version = 0;
  uint64_t generation = 1;        // raised when another process has changed the file
  uint64_t changes_seen = 0;      // number of the last change that take_changes() has given
  std::optional<uint64_t> epoch;  // ours, once we have generated a vector
  std::unordered_map<std::string, std::shared_ptr<const Subscriber>> cache;
  std::unordered_map<std::string, Active> active;

  Status prepare();
  Status refresh();
  Result<std::optional<Subscriber>> load(const std::string& imsi);
  Status load_parts(Subscriber& subscriber);
  Status load_sessions(const std::string& imsi, uint64_t position, Slice& slice);
  Status write_parts(const Subscriber& subscriber);
  Status erase_parts(const std::string& imsi);
  Result<bool> exists(const std::string& imsi);
  Status put_one(const Subscriber& subscriber, bool is_new);
  Result<uint64_t> stored_epoch();
  Status open_epoch();
  Result<Active*> activate(const std::string& imsi);
  Status reserve(const std::string& imsi, Active& entry);
  void forget(const std::string& imsi) {
    cache.erase(imsi);
    if (auto found = active.find(imsi); found != active.end()) found->second.generation = 0;
  }
};

Status SubscriberStore::State::prepare() {
  struct Row {
    Prepared* statement;
    const char* sql;
  };
  const Row rows[] = {
      {&q.data_version, "PRAGMA data_version"},
      {&q.insert,
       "INSERT INTO subscriber (algorithm, method, k, op, opc, amf, ambr_uplink, ambr_downlink, access_restriction, ue_usage_type, "
       "barred, imsi, sqn, sqn_epoch) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,(SELECT epoch FROM sqn_epoch))"},
      {&q.change,
       "UPDATE subscriber SET algorithm=?, method=?, k=?, op=?, opc=?, amf=?, ambr_uplink=?, ambr_downlink=?, "
       "access_restriction=?, ue_usage_type=?, barred=? WHERE imsi=?"},
      {&q.raise_sqn, "UPDATE subscriber SET sqn=?1 WHERE imsi=?2 AND sqn<?1"},
      {&q.reserve, "UPDATE subscriber SET sqn=?, sqn_epoch=?2 WHERE imsi=?3 AND (SELECT epoch FROM sqn_epoch)=?2"},
      {&q.erase, "DELETE FROM subscriber WHERE imsi=?"},
      {&q.erase_msisdn, "DELETE FROM msisdn WHERE imsi=?"},
      {&q.erase_slice, "DELETE FROM slice WHERE imsi=?"},
      {&q.erase_session, "DELETE FROM session WHERE imsi=?"},
      {&q.insert_msisdn, "INSERT INTO msisdn VALUES (?,?,?)"},
      {&q.insert_slice, "INSERT INTO slice VALUES (?,?,?,?,?)"},
      {&q.insert_session, "INSERT INTO session VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)"},
      {&q.select,
       "SELECT algorithm, method, k, op, opc, amf, ambr_uplink, ambr_downlink, access_restriction, ue_usage_type, barred, "
       "sqn, sqn_epoch FROM subscriber WHERE imsi=?"},
      {&q.select_msisdn, "SELECT digits FROM msisdn WHERE imsi=? ORDER BY position"},
      {&q.select_slice, "SELECT position, sst, sd, default_indicator FROM slice WHERE imsi=? ORDER BY position"},
      {&q.select_session,
       "SELECT dnn, type, five_qi, arp_level, arp_may_preempt, arp_preemptable, ambr_uplink, ambr_downlink, ipv4, ipv6 "
       "FROM session WHERE imsi=? AND slice=? ORDER BY position"},
      {&q.select_list, "SELECT imsi FROM subscriber WHERE imsi>? ORDER BY imsi LIMIT ?"},
      {&q.select_count, "SELECT COUNT(*) FROM subscriber"},
      {&q.select_epoch, "SELECT epoch FROM sqn_epoch"},
      {&q.next_epoch, "UPDATE sqn_epoch SET epoch=epoch+1"},
      {&q.log_change, "INSERT INTO change (imsi) VALUES (?)"},
      {&q.trim_changes, "DELETE FROM change WHERE number <= (SELECT MAX(number) FROM change) - ?"},
      {&q.select_changes, "SELECT number, imsi FROM change WHERE number > ? ORDER BY number LIMIT ?"},
  };
  for (const Row& row : rows) {
    sqlite3_stmt* raw = nullptr;
    if (sqlite3_prepare_v3(db.get(), row.sql, -1, SQLITE_PREPARE_PERSISTENT, &raw, nullptr) != SQLITE_OK)
      return io_error(db.get(), row.sql);
    row.statement->reset(raw);
  }
  return {};
}

// Drops what is cached when another process has committed since.
Status SubscriberStore::State::refresh() {
  Query query(q.data_version);
  SEN_ASSIGN(bool row, query.step());
  uint64_t version = row ? query.number() : 0;
  if (version == data_version) return {};
  data_version = version;
  cache.clear();
  ++generation;
  return {};
}

Status SubscriberStore::State::load_sessions(const std::string& imsi, uint64_t position, Slice& slice) {
  Query query(q.select_session);
  query.bind(imsi).bind(position);
  for (;;) {
    SEN_ASSIGN(bool row, query.step());
    if (!row) return {};
    Session& session = slice.sessions.emplace_back();
    session.dnn = query.text();
    session.type = static_cast<sbi::PduSessionType>(query.number());
    session.qos.five_qi = static_cast<uint8_t>(query.number());
    session.qos.arp.priority_level = static_cast<uint8_t>(query.number());
    session.qos.arp.preempt_cap = query.number() != 0 ? sbi::PreemptionCapability::may_preempt : sbi::PreemptionCapability::not_preempt;
    session.qos.arp.preempt_vuln =
        query.number() != 0 ? sbi::PreemptionVulnerability::preemptable : sbi::PreemptionVulnerability::not_preemptable;
    session.ambr.uplink.bps = query.number();
    session.ambr.downlink.bps = query.number();
    session.ipv4 = query.optional_octets<4>();
    session.ipv6 = query.optional_octets<16>();
  }
}

Status SubscriberStore::State::load_parts(Subscriber& subscriber) {
  {
    Query query(q.select_msisdn);
    query.bind(subscriber.imsi);
    for (;;) {
      SEN_ASSIGN(bool row, query.step());
      if (!row) break;
      subscriber.msisdns.push_back(query.text());
    }
  }
  Query query(q.select_slice);
  query.bind(subscriber.imsi);
  for (;;) {
    SEN_ASSIGN(bool row, query.step());
    if (!row) return {};
    uint64_t position = query.number();
    Slice& slice = subscriber.slices.emplace_back();
    slice.s_nssai.sst = static_cast<uint8_t>(query.number());
    slice.s_nssai.sd = query.optional_number<uint32_t>();
    slice.default_indicator = query.number() != 0;
    SEN_TRY(load_sessions(subscriber.imsi, position, slice));
  }
}

// The row's SQN is given as it holds at the epoch that is open now.
Result<std::optional<Subscriber>> SubscriberStore::State::load(const std::string& imsi) {
  Subscriber out;
  out.imsi = imsi;
  SEN_ASSIGN(uint64_t now, stored_epoch());
  {
    Query query(q.select);
    SEN_ASSIGN(bool row, query.bind(imsi).step());
    if (!row) return std::nullopt;
    out.security.algorithm = static_cast<AkaAlgorithm>(query.number());
    out.security.method = static_cast<sbi::AuthType>(query.number());
    out.security.k = query.blob();
    out.security.op = query.blob();
    out.security.opc = query.blob();
    out.security.amf = query.optional_octets<2>().value_or(crypto::amf_separated);
    out.ambr.uplink.bps = query.number();
    out.ambr.downlink.bps = query.number();
    out.access_restriction_data = static_cast<uint32_t>(query.number());
    out.ue_usage_type = query.optional_number<uint8_t>();
    out.barred = query.number() != 0;
    crypto::Sqn sqn = query.number() % crypto::sqn_limit;
    uint64_t since = query.number();
    out.security.sqn = above(sqn, now > since ? (now - since) * span : 0);
  }
  SEN_TRY(load_parts(out));
  if (auto status = validate(out); !status) {
    return fail(Fault::io, path, "the stored subscriber imsi-{} is damaged: {}", imsi, status.error().describe());
  }
  return out;
}

Status SubscriberStore::State::erase_parts(const std::string& imsi) {
  for (const Prepared* statement : {&q.erase_msisdn, &q.erase_slice, &q.erase_session}) SEN_TRY(Query(*statement).bind(imsi).run());
  return {};
}

Status SubscriberStore::State::write_parts(const Subscriber& subscriber) {
  for (size_t i = 0; i < subscriber.msisdns.size(); ++i) {
    SEN_TRY(Query(q.insert_msisdn).bind(subscriber.imsi).bind(i).bind(subscriber.msisdns[i]).run());
  }
  for (size_t i = 0; i < subscriber.slices.size(); ++i) {
    const Slice& slice = subscriber.slices[i];
    SEN_TRY(Query(q.insert_slice)
                .bind(subscriber.imsi)
                .bind(i)
                .bind(slice.s_nssai.sst)
                .bind_optional(slice.s_nssai.sd)
                .bind(uint64_t{slice.default_indicator})
                .run());
    for (size_t j = 0; j < slice.sessions.size(); ++j) {
      const Session& session = slice.sessions[j];
      SEN_TRY(Query(q.insert_session)
                  .bind(subscriber.imsi)
                  .bind(i)
                  .bind(j)
                  .bind(session.dnn)
                  .bind(static_cast<uint64_t>(session.type))
                  .bind(session.qos.five_qi)
                  .bind(session.qos.arp.priority_level)
                  .bind(uint64_t{session.qos.arp.preempt_cap == sbi::PreemptionCapability::may_preempt})
                  .bind(uint64_t{session.qos.arp.preempt_vuln == sbi::PreemptionVulnerability::preemptable})
                  .bind(session.ambr.uplink.bps)
                  .bind(session.ambr.downlink.bps)
                  .bind_optional(session.ipv4)
                  .bind_optional(session.ipv6)
                  .run());
    }
  }
  return {};
}

Result<bool> SubscriberStore::State::exists(const std::string& imsi) { return Query(q.select).bind(imsi).step(); }

Status SubscriberStore::State::put_one(const Subscriber& subscriber, bool is_new) {
  const Security& security = subscriber.security;
  {
    Query query(is_new ? q.insert : q.change);
    query.bind(static_cast<uint64_t>(security.algorithm)).bind(static_cast<uint64_t>(security.method));
    query.bind(ByteView(security.k)).bind(ByteView(security.op)).bind(ByteView(security.opc)).bind(ByteView(security.amf));
    query.bind(subscriber.ambr.uplink.bps).bind(subscriber.ambr.downlink.bps).bind(subscriber.access_restriction_data);
    query.bind_optional(subscriber.ue_usage_type).bind(uint64_t{subscriber.barred}).bind(subscriber.imsi);
    if (is_new) query.bind(security.sqn);
    SEN_TRY(query.run());
  }
  if (!is_new) {
    SEN_TRY(Query(q.raise_sqn).bind(security.sqn).bind(subscriber.imsi).run());
    SEN_TRY(erase_parts(subscriber.imsi));
  }
  forget(subscriber.imsi);
  SEN_TRY(Query(q.log_change).bind(subscriber.imsi).run());
  return write_parts(subscriber);
}

Result<uint64_t> SubscriberStore::State::stored_epoch() {
  Query query(q.select_epoch);
  SEN_ASSIGN(bool row, query.step());
  if (!row) return fail(Fault::io, path, "the table sqn_epoch is empty");
  return query.number();
}

// Synced to the disk: from here on, what this process uses without writing is below where the next epoch starts.
Status SubscriberStore::State::open_epoch() {
  if (epoch) return {};
  SEN_TRY(execute(db.get(), "PRAGMA synchronous = FULL"));
  Transaction transaction(db.get());
  SEN_TRY(transaction.begin());
  SEN_TRY(Query(q.next_epoch).run());
  SEN_ASSIGN(uint64_t opened, stored_epoch());
  SEN_TRY(transaction.commit());
  SEN_TRY(execute(db.get(), "PRAGMA synchronous = NORMAL"));
  epoch = opened;
  return {};
}

// The entry of a subscriber with the keys that the file holds now, and an SQN that is not below either the file's or ours.
Result<SubscriberStore::State::Active*> SubscriberStore::State::activate(const std::string& imsi) {
  SEN_TRY(refresh());
  auto found = active.find(imsi);
  if (found != active.end() && found->second.generation == generation) return &found->second;
  SEN_TRY(open_epoch());
  SEN_ASSIGN(uint64_t newest, stored_epoch());
  if (newest != *epoch) return fail(Fault::denied, path, "another process has begun to authenticate from this store");
  SEN_ASSIGN(auto loaded, load(imsi));
  if (!loaded) return fail(Fault::not_found, "imsi-" + imsi, "is not a subscriber");
  SEN_ASSIGN(auto functions, aka_functions(loaded->security));
  crypto::Sqn sqn = loaded->security.sqn;
  if (found == active.end()) {
    Active fresh{functions, loaded->security.amf, loaded->security.method, loaded->barred, generation, sqn, sqn};
    return &active.emplace(imsi, std::move(fresh)).first->second;
  }
  Active& entry = found->second;
  entry.functions = functions;
  entry.amf = loaded->security.amf;
  entry.method = loaded->security.method;
  entry.barred = loaded->barred;
  entry.generation = generation;
  if (sqn > entry.last) entry.last = entry.start = sqn;
  return &entry;
}

// Makes the file say that nothing up to entry.last will be used again; a further span is free then.
Status SubscriberStore::State::reserve(const std::string& imsi, Active& entry) {
  SEN_TRY(Query(q.reserve).bind(entry.last).bind(*epoch).bind(imsi).run());
  if (sqlite3_changes(db.get()) == 0) {
    return fail(Fault::denied, path, "another process has begun to authenticate from this store: SQNs of imsi-{} cannot be reserved", imsi);
  }
  entry.start = entry.last;
  return {};
}

SubscriberStore::SubscriberStore(std::unique_ptr<State> state) : state_(std::move(state)) {}
SubscriberStore::SubscriberStore(SubscriberStore&&) noexcept = default;
SubscriberStore& SubscriberStore::operator=(SubscriberStore&&) noexcept = default;
SubscriberStore::~SubscriberStore() = default;

const std::string& SubscriberStore::path() const { return state_->path; }

Result<SubscriberStore> SubscriberStore::open(const std::string& path) {
  auto state = std::make_unique<State>();
  state->path = path;
  sqlite3* raw = nullptr;
  int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
  int code = sqlite3_open_v2(path.c_str(), &raw, flags, nullptr);
  state->db.reset(raw);
  if (code != SQLITE_OK) return fail(Fault::io, path, "cannot open the subscriber store: {}", sqlite3_errstr(code));
  sqlite3_busy_timeout(raw, 5000);
  SEN_TRY(execute(raw, "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;"));
  SEN_TRY(create_or_check_schema(raw));
  SEN_TRY(state->prepare());
  SEN_TRY(state->refresh());
  SEN_ASSIGN(state->changes_seen, number_of(raw, "SELECT MAX(number) FROM change"));
  return SubscriberStore(std::move(state));
}

Status SubscriberStore::add(const Subscriber& subscriber) {
  SEN_TRY(put({subscriber}, false));
  return {};
}

Status SubscriberStore::update(const Subscriber& subscriber) {
  SEN_ASSIGN(bool there, state_->exists(subscriber.imsi));
  if (!there) return fail(Fault::not_found, "imsi-" + subscriber.imsi, "is not a subscriber");
  SEN_TRY(put({subscriber}, true));
  return {};
}

Result<size_t> SubscriberStore::put(const std::vector<Subscriber>& subscribers, bool replace) {
  size_t added = 0;
  Transaction transaction(state_->db.get());
  SEN_TRY(transaction.begin());
  SEN_ASSIGN(size_t present, count());
  for (const Subscriber& subscriber : subscribers) {
    if (auto status = validate(subscriber); !status) {
      return std::unexpected(std::move(status).error().within("imsi-" + subscriber.imsi.substr(0, 32)));
    }
    SEN_ASSIGN(bool there, state_->exists(subscriber.imsi));
    if (there && !replace) return fail(Fault::invalid, "imsi-" + subscriber.imsi, "is a subscriber already");
    if (!there && present + ++added > max_subscribers) {
      return fail(Fault::exhausted, state_->path, "holds at most {} subscribers", max_subscribers);
    }
    SEN_TRY(state_->put_one(subscriber, !there));
  }
  SEN_TRY(Query(state_->q.trim_changes).bind(max_changes_kept).run());
  SEN_TRY(transaction.commit());
  return added;
}

Status SubscriberStore::remove(const std::string& imsi) {
  Transaction transaction(state_->db.get());
  SEN_TRY(transaction.begin());
  SEN_TRY(Query(state_->q.erase).bind(imsi).run());
  if (sqlite3_changes(state_->db.get()) == 0) return fail(Fault::not_found, "imsi-" + imsi, "is not a subscriber");
  SEN_TRY(state_->erase_parts(imsi));
  SEN_TRY(Query(state_->q.log_change).bind(imsi).run());
  SEN_TRY(Query(state_->q.trim_changes).bind(max_changes_kept).run());
  SEN_TRY(transaction.commit());
  state_->forget(imsi);
  return {};
}

Result<std::shared_ptr<const Subscriber>> SubscriberStore::find(const std::string& imsi) {
  SEN_TRY(state_->refresh());
  if (auto found = state_->cache.find(imsi); found != state_->cache.end()) return found->second;
  SEN_ASSIGN(auto loaded, state_->load(imsi));
  if (!loaded) return fail(Fault::not_found, "imsi-" + imsi, "is not a subscriber");
  if (state_->cache.size() >= max_cached) state_->cache.clear();
  auto shared = std::make_shared<const Subscriber>(std::move(*loaded));
  state_->cache.emplace(imsi, shared);
  return shared;
}

Result<std::vector<std::string>> SubscriberStore::list(const std::string& after, size_t limit) {
  std::vector<std::string> out;
  Query query(state_->q.select_list);
  query.bind(after).bind(limit);
  for (;;) {
    SEN_ASSIGN(bool row, query.step());
    if (!row) return out;
    out.push_back(query.text());
  }
}

Result<SubscriberStore::Changes> SubscriberStore::take_changes(size_t limit) {
  Changes out;
  Query query(state_->q.select_changes);
  query.bind(state_->changes_seen).bind(limit);
  for (;;) {
    SEN_ASSIGN(bool row, query.step());
    if (!row) return out;
    uint64_t number = query.number();
    out.lost = out.lost || number != state_->changes_seen + 1;
    state_->changes_seen = number;
    out.imsis.push_back(query.text());
  }
}

Result<size_t> SubscriberStore::count() {
  Query query(state_->q.select_count);
  SEN_TRY(query.step());
  return query.number();
}

Result<SubscriberStore::Aka> SubscriberStore::next_aka(const std::string& imsi) {
  SEN_ASSIGN(State::Active * entry, state_->activate(imsi));
  if (entry->barred) return fail(Fault::denied, "imsi-" + imsi, "is barred by the operator");
  crypto::SqnGenerator generator(entry->last);
  crypto::Sqn next = generator.next();
  if (next < entry->last || seq_of(next) - seq_of(entry->start) > span) {
    SEN_TRY(state_->reserve(imsi, *entry));
  }
  entry->last = next;
  return Aka{entry->functions, next, entry->amf, entry->method};
}

Result<crypto::Sqn> SubscriberStore::resynchronise(const std::string& imsi, const Octets<16>& rand, const crypto::Auts& auts) {
  SEN_ASSIGN(State::Active * entry, state_->activate(imsi));
  SEN_ASSIGN(crypto::Sqn sqn_ms, crypto::verify_auts(entry->functions, rand, auts));
  crypto::SqnGenerator generator(entry->last);
  generator.resynchronise(sqn_ms);
  if (generator.last() != entry->last) {
    entry->last = generator.last();
    SEN_TRY(state_->reserve(imsi, *entry));
  }
  return sqn_ms;
}

}  // namespace sen::udm
