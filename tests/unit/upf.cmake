sen_test(packet SOURCES ${CMAKE_CURRENT_LIST_DIR}/packet.cpp DEPS base)
sen_test(upf
  SOURCES ${CMAKE_CURRENT_LIST_DIR}/upf_rules.cpp ${CMAKE_CURRENT_LIST_DIR}/upf_sessions.cpp ${CMAKE_CURRENT_LIST_DIR}/upf_n4_robustness.cpp
          ${CMAKE_CURRENT_LIST_DIR}/upf_data_network.cpp ${CMAKE_CURRENT_LIST_DIR}/upf_updates.cpp ${CMAKE_CURRENT_LIST_DIR}/upf_io.cpp
  DEPS core/upf core/upf/io)
