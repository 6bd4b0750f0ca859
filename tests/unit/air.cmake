sen_test(air SOURCES ${CMAKE_CURRENT_LIST_DIR}/air_agreement.cpp ${CMAKE_CURRENT_LIST_DIR}/air_links.cpp ${CMAKE_CURRENT_LIST_DIR}/air_network.cpp ${CMAKE_CURRENT_LIST_DIR}/air_socket.cpp
  DEPS air mac)
