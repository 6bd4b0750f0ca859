sen_fuzz(pfcp SOURCES ${CMAKE_CURRENT_LIST_DIR}/pfcp.cpp DEPS base codec codec/pfcp)
