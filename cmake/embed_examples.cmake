# cmake -DOUTPUT=file.cpp -DFOLDER=tests/golden/diagnostics -P embed_examples.cmake: the golden cases of the diagnostics
# as C++ text. Square brackets and semicolons mean something to CMake's lists, so that no text passes through one.
file(GLOB cases "${FOLDER}/M[0-9]*.golden")
list(SORT cases)
set(entries "")
foreach(path IN LISTS cases)
  get_filename_component(code "${path}" NAME_WE)
  file(READ "${path}" text)
  string(FIND "${text}" ")golden\"" clash)
  if(NOT clash EQUAL -1)
    message(FATAL_ERROR "${path} holds the delimiter of the raw text")
  endif()
  string(APPEND entries "    {\"${code}\", R\"golden(${text})golden\"},\n")
endforeach()
file(WRITE "${OUTPUT}.new" "#include \"tools/muster/diagnostic_examples.h\"

namespace muster::tools {

namespace {
constexpr DiagnosticExample all[] = {
${entries}};
}  // namespace

std::span<const DiagnosticExample> diagnostic_examples() { return all; }

}  // namespace muster::tools
")
file(COPY_FILE "${OUTPUT}.new" "${OUTPUT}" ONLY_IF_DIFFERENT)
