sen_test(rrc SOURCES ${CMAKE_CURRENT_LIST_DIR}/rrc_codec.cpp ${CMAKE_CURRENT_LIST_DIR}/rrc_vectors.cpp DEPS codec/rrc)

if(NOT SEN_FUZZ)
  add_executable(rrc_random_values ${CMAKE_SOURCE_DIR}/tests/interop/asn1/rrc_random_values.cpp)
  target_link_libraries(rrc_random_values PRIVATE sen_options sen_codec_rrc)
  file(GLOB rrc_asn1 CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/codec/rrc/asn1/*.asn)
  # Compiles the module with Erlang's compiler once (half a minute) and keeps the result in the build directory.
  add_test(NAME interop_asn1_rrc_erlang
           COMMAND Python3::Interpreter ${CMAKE_SOURCE_DIR}/tests/interop/asn1/check.py uper $<TARGET_FILE:rrc_random_values>
                   ${CMAKE_BINARY_DIR}/interop/asn1_rrc ${rrc_asn1})
  set_tests_properties(interop_asn1_rrc_erlang PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 900)
  add_test(NAME interop_asn1_rrc_tshark
           COMMAND Python3::Interpreter ${CMAKE_SOURCE_DIR}/tests/interop/asn1/check_tshark.py $<TARGET_FILE:rrc_random_values>
                   ${CMAKE_BINARY_DIR}/interop/rrc_tshark)
  set_tests_properties(interop_asn1_rrc_tshark PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 300)
endif()
