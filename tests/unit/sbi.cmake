sen_test(sbi SOURCES ${CMAKE_CURRENT_LIST_DIR}/sbi_bus.cpp ${CMAKE_CURRENT_LIST_DIR}/sbi_operations.cpp DEPS core/sbi)
