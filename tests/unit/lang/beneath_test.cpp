#include "lang/source/beneath.h"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

using namespace muster::lang;

namespace {

namespace fs = std::filesystem;

// A folder `policy` with files and links, and a file outside of it.
struct Folder {
  Folder() {
    std::string name = (fs::temp_directory_path() / "muster-beneath-").string() + std::string(6, 'X');
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    root = name;
    fs::create_directories(root / "policy" / "data");
    fs::create_directories(root / "policy2");
    write(root / "outside.txt", "secret");
    write(root / "policy2" / "beside.txt", "secret");
    write(root / "policy" / "inside.txt", "inside");
    write(root / "policy" / "data" / "deep.txt", "deep");
    fs::create_symlink("inside.txt", root / "policy" / "good.txt");
    fs::create_symlink("../inside.txt", root / "policy" / "data" / "up.txt");
    fs::create_symlink("../outside.txt", root / "policy" / "bad.txt");
    fs::create_symlink(root / "outside.txt", root / "policy" / "absolute.txt");
    fs::create_symlink("..", root / "policy" / "parent");
    fs::create_symlink("loop.txt", root / "policy" / "loop.txt");
    REQUIRE(::mkfifo((root / "policy" / "pipe").c_str(), 0600) == 0);
  }
  ~Folder() { fs::remove_all(root); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  static void write(const fs::path& path, const std::string& text) { std::ofstream(path) << text; }

  // The file's text, or why there is none.
  [[nodiscard]] std::string answer(const std::string& name, Follow follow) const {
    const auto file = open_beneath((root / "policy").string(), name, follow);
    if (!file) return file.error().message;
    const auto text = read_to_end(*file, name, 100);
    return text ? *text : text.error().message;
  }

  fs::path root;
};

}  // namespace

TEST_CASE("beneath: ordinary files below the folder, and nothing else") {
  const Folder folder;
  const std::string outside = "it leads out of the policy's folder";
  const std::string none = "there is no such file";
  for (const Follow follow : {Follow::kernel, Follow::parts}) {
    const auto answer = [&](const std::string& name) { return folder.answer(name, follow); };
    CAPTURE(static_cast<int>(follow));
    CHECK(answer("inside.txt") == "inside");
    CHECK(answer("./data//deep.txt") == "deep");
    CHECK(answer("data/../inside.txt") == "inside");
    CHECK(answer("../outside.txt") == outside);
    CHECK(answer("data/../../outside.txt") == outside);
    CHECK(answer("../policy2/beside.txt") == outside);
    CHECK(answer("../policy/inside.txt") == outside);
    CHECK(answer((folder.root / "policy" / "inside.txt").string()) == outside);
    CHECK(answer("/dev/zero") == outside);
    CHECK(answer("bad.txt") == outside);
    CHECK(answer("absolute.txt") == outside);
    CHECK(answer("parent/outside.txt") == outside);
    CHECK(answer(std::string("inside.txt\0.csv", 15)) == outside);
    CHECK(answer("none.txt") == none);
    CHECK(answer("inside.txt/") == none);
    CHECK(answer("inside.txt/more") == none);
    CHECK(answer("") == none);
    CHECK(answer(std::string(100'000, 'x')) == none);
    CHECK(answer(".") == "this is a folder, not a file");
    CHECK(answer("data") == "this is a folder, not a file");
    CHECK(answer("pipe") == "this is not an ordinary file");
    CHECK(answer("https://example.com/a.muster") == "this is an address, and a policy reads nothing from the network");
  }
}

TEST_CASE("beneath: a path that leads out is known before its file is read, and no other one is refused") {
  const Folder folder;
  const std::string policy = (folder.root / "policy").string();
  for (const char* name : {"../outside.txt", "data/../../none.txt", "/dev/zero", "bad.txt", "https://example.com/a"})
    CHECK(leads_out(policy, name).has_value());
  for (const char* name : {"inside.txt", "data/deep.txt", "data/../inside.txt", "none.txt", "data", "pipe", ""})
    CHECK(!leads_out(policy, name).has_value());
}

TEST_CASE("beneath: links inside the folder are followed where the kernel holds the folder's border") {
  const Folder folder;
  const std::string outside = "it leads out of the policy's folder";
  const std::string good = folder.answer("good.txt", Follow::kernel);
  const bool has_kernel = good == "inside";  // else this kernel is too old, and no link is followed
  CHECK(good == (has_kernel ? "inside" : outside));
  CHECK(folder.answer("data/up.txt", Follow::kernel) == (has_kernel ? "inside" : outside));
  CHECK(folder.answer("loop.txt", Follow::kernel) ==
        (has_kernel ? "a link on the way to it leads in a circle" : outside));
  CHECK(folder.answer("good.txt", Follow::parts) == outside);
  CHECK(folder.answer("loop.txt", Follow::parts) == outside);
}

TEST_CASE("beneath: one file is one file, whatever it is called, and none is longer than allowed") {
  const Folder folder;
  const std::string policy = (folder.root / "policy").string();
  const auto first = open_beneath(policy, "inside.txt");
  const auto second = open_beneath(policy, "data/../inside.txt");
  const auto other = open_beneath(policy, "data/deep.txt");
  REQUIRE((first.has_value() && second.has_value() && other.has_value()));
  CHECK(first->identity() == second->identity());
  CHECK(first->identity() != other->identity());
  CHECK(identity_of((folder.root / "policy" / "inside.txt").string()) == first->identity());
  CHECK(!identity_of((folder.root / "policy" / "none.txt").string()));
  const auto short_one = read_beneath(policy, "inside.txt", 5);
  REQUIRE(!short_one);
  CHECK(short_one.error().message == "it is larger than 5 bytes");
  CHECK(read_beneath(policy, "inside.txt", 6).has_value());
}
