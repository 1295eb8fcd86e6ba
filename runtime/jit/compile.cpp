// The plug-in: makes machine code of a plan. No exception crosses a frame of LLVM.
#include <llvm/CodeGen/MachineModuleInfo.h>
#include <llvm/CodeGen/Passes.h>
#include <llvm/CodeGen/TargetPassConfig.h>
#include <llvm/ExecutionEngine/Orc/CompileUtils.h>
#include <llvm/ExecutionEngine/Orc/JITTargetMachineBuilder.h>
#include <llvm/ExecutionEngine/Orc/LLJIT.h>
#include <llvm/IR/LegacyPassManager.h>
#include <llvm/MC/MCSubtargetInfo.h>
#include <llvm/Support/SmallVectorMemoryBuffer.h>
#include <llvm/Support/TargetSelect.h>
#include <llvm/Support/raw_ostream.h>
#include <llvm/Target/TargetMachine.h>
#include <llvm/Transforms/Utils/Cloning.h>

#include <algorithm>
#include <string>

#include "runtime/jit/code.h"
#include "runtime/jit/emit.h"
#include "runtime/jit/order.h"
#include "runtime/jit/stop.h"

namespace muster::runtime::jit {
namespace {

class NativeCode final : public Code {
 public:
  NativeCode(std::unique_ptr<llvm::orc::LLJIT> jit, Entry begin, std::size_t bytes)
      : jit_(std::move(jit)), entry_(begin), scratch_bytes_(bytes) {}
  [[nodiscard]] Entry entry() const override { return entry_; }
  [[nodiscard]] std::size_t scratch_bytes() const override { return scratch_bytes_; }

 private:
  std::unique_ptr<llvm::orc::LLJIT> jit_;
  Entry entry_;
  std::size_t scratch_bytes_;
};

llvm::CodeGenOptLevel code_level(unsigned level) {
  constexpr llvm::CodeGenOptLevel levels[] = {llvm::CodeGenOptLevel::None, llvm::CodeGenOptLevel::Less,
                                              llvm::CodeGenOptLevel::Default, llvm::CodeGenOptLevel::Aggressive};
  return levels[std::min(level, 3U)];
}

// Code generation costs more than twice as much for a function twice as long.
std::size_t part_of(const Plan& plan, const CodeOptions& options) {
  constexpr std::size_t one_function = 600;
  constexpr std::size_t part = 160;
  if (options.nodes_per_function != 0) return options.nodes_per_function;
  return plan.nodes.size() <= one_function ? 0 : part;
}

// Assembly, or an object file; false where LLVM cannot. The module is of no use afterwards.
bool generate(llvm::Module& module, llvm::LLVMTargetMachine& machine, llvm::CodeGenFileType type,
              llvm::raw_pwrite_stream& stream, const std::atomic<bool>* stop) {
  llvm::legacy::PassManager passes;
  llvm::TargetPassConfig* const config = machine.createPassConfig(passes);
  // A plan's nodes are in the order in which they should run. LLVM's two schedulers cost a third of all time, and the
  // code of the first is slower: it brings the loads forward and so has more values to keep.
  config->disablePass(&llvm::MachineSchedulerID);
  config->disablePass(&llvm::PostRASchedulerID);
#ifdef NDEBUG
  config->setDisableVerify(true);  // builds with assertions look whether the IR is well formed
#endif
  auto* const functions = new llvm::MachineModuleInfoWrapperPass(&machine);
  passes.add(config);
  passes.add(functions);
  stop_on_demand(*config, stop);
  if (config->addISelPasses()) return false;
  config->addMachinePasses();
  config->setInitialized();
  if (machine.addAsmPrinter(passes, stream, nullptr, type, functions->getMMI().getContext())) return false;
  passes.add(llvm::createFreeMachineFunctionPass());
  passes.run(module);
  return true;
}

std::string assembly_of(const llvm::Module& module, llvm::LLVMTargetMachine& machine) {
  llvm::SmallString<0> text;
  llvm::raw_svector_ostream stream(text);
  if (!generate(*llvm::CloneModule(module), machine, llvm::CodeGenFileType::AssemblyFile, stream, nullptr)) return {};
  return std::string(text);
}

llvm::Expected<std::unique_ptr<NativeCode>> make_native(const Plan& plan, const CodeOptions& options,
                                                        std::string* assembly) {
  static const bool is_ready = !llvm::InitializeNativeTarget() && !llvm::InitializeNativeTargetAsmPrinter();
  if (!is_ready) return llvm::createStringError("LLVM does not know this processor");
  auto target = llvm::orc::JITTargetMachineBuilder::detectHost();
  if (!target) return target.takeError();
  target->setCodeGenOptLevel(code_level(options.level));
  // As LLJIT sets them, so that the assembly is that of the code which runs.
  target->setRelocationModel(llvm::Reloc::PIC_);
  target->setCodeModel(llvm::CodeModel::Small);
  if (!options.cpu.empty()) {
    target->setCPU(options.cpu);
    target->getFeatures() = llvm::SubtargetFeatures(options.features);
  }
  auto made = target->createTargetMachine();
  if (!made) return made.takeError();
  auto& machine = static_cast<llvm::LLVMTargetMachine&>(**made);  // as all of LLVM's own are
  EmitOptions emit_options;
  emit_options.cpu = target->getCPU();
  emit_options.features = target->getFeatures().getString();
  const auto has = [&](const char* features) { return machine.getMCSubtargetInfo()->checkFeatures(features); };
  emit_options.has_mask_registers = has("+avx512f,+avx512bw,+avx512dq,+avx512vl");
  emit_options.has_byte_permutes = emit_options.has_mask_registers && has("+avx512vbmi");
  emit_options.nodes_per_function = part_of(plan, options);
  llvm::LLVMContext context;
  const Emitted emitted = emit_options.nodes_per_function == 0 ? emit(plan, context, emit_options)
                                                               : emit(by_column(plan), context, emit_options);
  emitted.module->setTargetTriple(machine.getTargetTriple().str());
  emitted.module->setDataLayout(machine.createDataLayout());
  if (assembly != nullptr) *assembly = assembly_of(*emitted.module, machine);
  llvm::SmallVector<char, 0> object;
  llvm::raw_svector_ostream stream(object);
  if (!generate(*emitted.module, machine, llvm::CodeGenFileType::ObjectFile, stream, options.stop)) {
    return llvm::createStringError("LLVM makes no code for this processor");
  }
  // Functions may have been left out.
  if (options.stop != nullptr && options.stop->load()) return llvm::createStringError("stopped");
  // The object is all that it is given: it compiles nothing itself.
  auto jit = llvm::orc::LLJITBuilder()
                 .setJITTargetMachineBuilder(*target)
                 .setDataLayout(machine.createDataLayout())
                 .setCompileFunctionCreator([&](const llvm::orc::JITTargetMachineBuilder&) {
                   return std::make_unique<llvm::orc::SimpleCompiler>(machine);
                 })
                 .create();
  if (!jit) return jit.takeError();
  auto buffer = std::make_unique<llvm::SmallVectorMemoryBuffer>(std::move(object), false);
  if (auto error = (*jit)->addObjectFile(std::move(buffer))) return error;
  auto symbol = (*jit)->lookup(entry_name);
  if (!symbol) return symbol.takeError();
  const Entry entry = symbol->toPtr<Entry>();
  return std::make_unique<NativeCode>(std::move(*jit), entry, emitted.scratch_bytes);
}

}  // namespace
}  // namespace muster::runtime::jit

extern "C" {

__attribute__((visibility("default"))) std::uint32_t muster_jit_door_version() {
  return muster::runtime::jit::door_version;
}

__attribute__((visibility("default"))) muster::runtime::jit::Code* muster_jit_make_code(
    const muster::runtime::jit::Plan& plan, const muster::runtime::jit::CodeOptions& options, std::string* assembly,
    std::string* error) {
  auto code = muster::runtime::jit::make_native(plan, options, assembly);
  if (code) return code->release();
  *error = llvm::toString(code.takeError());
  return nullptr;
}
}
