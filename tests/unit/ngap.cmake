sen_test(ngap SOURCES ${CMAKE_CURRENT_LIST_DIR}/ngap_codec.cpp ${CMAKE_CURRENT_LIST_DIR}/ngap_vectors.cpp DEPS codec/ngap)
sen_test(interop_ngap_tshark SOURCES ${CMAKE_CURRENT_LIST_DIR}/ngap_tshark.cpp DEPS base codec/ngap)

if(NOT SEN_FUZZ)
  add_executable(ngap_random_values ${CMAKE_SOURCE_DIR}/tests/interop/asn1/ngap_random_values.cpp)
  target_link_libraries(ngap_random_values PRIVATE sen_options sen_codec_ngap)
  file(GLOB ngap_asn1 CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/codec/ngap/asn1/*.asn)
  # Compiles the modules with Erlang's compiler once (half a minute) and keeps the result in the build directory.
  add_test(NAME interop_asn1_erlang
           COMMAND Python3::Interpreter ${CMAKE_SOURCE_DIR}/tests/interop/asn1/check.py per $<TARGET_FILE:ngap_random_values>
                   ${CMAKE_BINARY_DIR}/interop/asn1_ngap ${ngap_asn1})
  set_tests_properties(interop_asn1_erlang PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 600)
endif()
