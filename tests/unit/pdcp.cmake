sen_test(pdcp
  SOURCES ${CMAKE_CURRENT_LIST_DIR}/pdcp_asn1.cpp ${CMAKE_CURRENT_LIST_DIR}/pdcp_crypto.cpp ${CMAKE_CURRENT_LIST_DIR}/pdcp_capture.cpp ${CMAKE_CURRENT_LIST_DIR}/pdcp_tx.cpp ${CMAKE_CURRENT_LIST_DIR}/pdcp_rx.cpp
    ${CMAKE_CURRENT_LIST_DIR}/sdap_mapping.cpp ${CMAKE_CURRENT_LIST_DIR}/n3_tunnels.cpp ${CMAKE_CURRENT_LIST_DIR}/user_plane_bearers.cpp
    ${CMAKE_CURRENT_LIST_DIR}/user_plane_pipe.cpp
  DEPS rlc_pdcp codec/rrc)
