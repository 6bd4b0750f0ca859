sen_test(base SOURCES ${CMAKE_CURRENT_LIST_DIR}/base_bytes.cpp ${CMAKE_CURRENT_LIST_DIR}/base_executor.cpp ${CMAKE_CURRENT_LIST_DIR}/base_config.cpp ${CMAKE_CURRENT_LIST_DIR}/base_pcap.cpp ${CMAKE_CURRENT_LIST_DIR}/base_socket.cpp
         ${CMAKE_CURRENT_LIST_DIR}/base_job_pool.cpp ${CMAKE_CURRENT_LIST_DIR}/base_turn.cpp DEPS base)
sen_test(base_sctp SOURCES ${CMAKE_CURRENT_LIST_DIR}/base_sctp.cpp ${CMAKE_CURRENT_LIST_DIR}/base_sctp_stray.cpp DEPS base/sctp)
