// Result<T>: what every function returns whose input came from outside (a peer, a file, a user). Never an exception, never an assert.
#pragma once

#include <fmt/core.h>

#include <expected>
#include <string>
#include <utility>

namespace sen {

enum class Fault : unsigned char {
  truncated,    // the input ends before the field does
  invalid,      // a value that the standard does not allow here
  unsupported,  // a value that the standard allows and we do not implement
  missing,      // a mandatory or conditional element is absent
  not_found,    // names something that does not exist
  exhausted,    // a limit of ours is reached
  denied,       // a security or policy check failed
  io,           // the operating system refused
};

const char* to_string(Fault fault);

// One failure. `where` names the place outermost first ("InitialUEMessage.NAS-PDU", "sen5g.yml:12 amf.tac"); `text` is one sentence
// with the value seen and the values allowed.
struct Error {
  Fault fault = Fault::invalid;
  std::string where;
  std::string text;

  // "where: text"
  std::string describe() const;
  // The same error seen from one level further out: prefixes `where` with `outer.`
  Error within(std::string_view outer) &&;
};

template <class T>
using Result = std::expected<T, Error>;

using Status = Result<void>;

// return fail(Fault::invalid, "5GMM cause", "{} is not allowed (1 to 111)", value);
template <class... Args>
std::unexpected<Error> fail(Fault fault, std::string_view where, fmt::format_string<Args...> format, Args&&... args) {
  return std::unexpected(Error{fault, std::string(where), fmt::format(format, std::forward<Args>(args)...)});
}

}  // namespace sen

#define SEN_CONCAT_(a, b) a##b
#define SEN_CONCAT(a, b) SEN_CONCAT_(a, b)

// SEN_TRY(expression): evaluates a Status or Result, returns its error from the enclosing function if it has one.
#define SEN_TRY(expression)                                          \
  do {                                                               \
    auto&& sen_try_result = (expression);                            \
    if (!sen_try_result) return std::unexpected(std::move(sen_try_result).error()); \
  } while (false)

// SEN_ASSIGN(declaration, expression): SEN_ASSIGN(auto length, reader.u16()); returns the error or binds the value.
#define SEN_ASSIGN(declaration, expression) SEN_ASSIGN_(SEN_CONCAT(sen_result_, __LINE__), declaration, expression)
#define SEN_ASSIGN_(result, declaration, expression)                 \
  auto&& result = (expression);                                      \
  if (!result) return std::unexpected(std::move(result).error());    \
  declaration = std::move(*result)
