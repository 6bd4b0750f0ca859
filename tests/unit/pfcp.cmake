sen_test(pfcp SOURCES ${CMAKE_CURRENT_LIST_DIR}/pfcp_codec.cpp DEPS base codec codec/pfcp)
sen_test(interop_pfcp_tshark SOURCES ${CMAKE_CURRENT_LIST_DIR}/pfcp_tshark.cpp DEPS base codec codec/pfcp codec/gtpu)
