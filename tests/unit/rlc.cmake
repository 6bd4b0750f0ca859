sen_test(rlc
  SOURCES ${CMAKE_CURRENT_LIST_DIR}/rlc_pdu.cpp ${CMAKE_CURRENT_LIST_DIR}/rlc_tm.cpp ${CMAKE_CURRENT_LIST_DIR}/rlc_um.cpp
          ${CMAKE_CURRENT_LIST_DIR}/rlc_am_tx.cpp ${CMAKE_CURRENT_LIST_DIR}/rlc_am_rx.cpp ${CMAKE_CURRENT_LIST_DIR}/rlc_capture.cpp
          ${CMAKE_CURRENT_LIST_DIR}/rlc_property.cpp ${CMAKE_CURRENT_LIST_DIR}/rlc_cost.cpp
  DEPS rlc_pdcp)
