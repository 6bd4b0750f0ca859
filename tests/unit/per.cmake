# The PER rules, on types generated from asn1/per_rules.asn for this test.
set(per_rules ${CMAKE_CURRENT_BINARY_DIR}/per_rules)
set(per_rules_files ${per_rules}/per_rules_types.h ${per_rules}/per_rules_messages.h ${per_rules}/per_rules_tables.h
                    ${per_rules}/per_rules_tables_0.cpp)
file(GLOB per_asn1_generator CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tools/asn1/*.py)
find_package(Python3 REQUIRED COMPONENTS Interpreter)
add_custom_command(
  OUTPUT ${per_rules_files}
  COMMAND Python3::Interpreter ${CMAKE_SOURCE_DIR}/tools/asn1/generate.py --namespace sen::per_rules --prefix per_rules --include tests/unit/per_rules
          --out ${per_rules} ${CMAKE_CURRENT_LIST_DIR}/asn1/per_rules.asn
  COMMAND ${CMAKE_COMMAND} -E touch ${per_rules_files}
  DEPENDS ${CMAKE_CURRENT_LIST_DIR}/asn1/per_rules.asn ${per_asn1_generator}
  COMMENT "ASN.1 to tables: PER rules"
  VERBATIM)
add_library(per_rules STATIC EXCLUDE_FROM_ALL ${per_rules_files})
target_link_libraries(per_rules PUBLIC sen_options sen_codec_per)
sen_test(per SOURCES ${CMAKE_CURRENT_LIST_DIR}/per_codec.cpp DEPS codec/per LIBS per_rules)
add_test(NAME asn1_generator
         COMMAND Python3::Interpreter ${CMAKE_SOURCE_DIR}/tests/unit/asn1/generator_test.py ${CMAKE_SOURCE_DIR}/tools/asn1)

if(NOT SEN_FUZZ)
  add_executable(per_random_values ${CMAKE_SOURCE_DIR}/tests/interop/asn1/per_random_values.cpp)
  target_link_libraries(per_random_values PRIVATE sen_options per_rules)
  foreach(variant per uper)
    add_test(NAME interop_asn1_erlang_rules_${variant}
             COMMAND Python3::Interpreter ${CMAKE_SOURCE_DIR}/tests/interop/asn1/check.py ${variant} $<TARGET_FILE:per_random_values>
                     ${CMAKE_BINARY_DIR}/interop/asn1_rules_${variant} ${CMAKE_CURRENT_LIST_DIR}/asn1/per_rules.asn)
    set_tests_properties(interop_asn1_erlang_rules_${variant} PROPERTIES SKIP_RETURN_CODE 77)
  endforeach()
endif()
