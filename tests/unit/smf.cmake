sen_test(smf
  SOURCES ${CMAKE_CURRENT_LIST_DIR}/smf_world.cpp ${CMAKE_CURRENT_LIST_DIR}/smf_sessions.cpp ${CMAKE_CURRENT_LIST_DIR}/smf_n4.cpp
          ${CMAKE_CURRENT_LIST_DIR}/smf_qos.cpp
  DEPS core/smf core/upf)
