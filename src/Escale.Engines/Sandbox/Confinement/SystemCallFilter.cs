using System.Runtime.InteropServices;

namespace Escale.Engines.Sandbox.Confinement;

/// <summary>
/// Linux's seccomp filter over all threads of this process: sockets, new programs, debugging and administration answer "not permitted"; so
/// do signals to other processes. Needs no privilege. See seccomp(2).
/// </summary>
internal static unsafe class SystemCallFilter
{
    private const uint Allow = 0x7FFF0000;
    private const uint Deny = 0x00050001; // SECCOMP_RET_ERRNO | EPERM
    private const ushort Load = 0x20; // BPF_LD | BPF_W | BPF_ABS
    private const ushort JumpEqual = 0x15;
    private const ushort JumpAtLeast = 0x35;
    private const ushort Return = 0x06;
    private const uint NumberOffset = 0;
    private const uint ArchitectureOffset = 4;
    private const uint FirstArgumentOffset = 16;

    // socket, connect, accept, bind, listen, accept4, execve, execveat, ptrace, process_vm_readv/writev, mount, umount2, pivot_root, chroot,
    // unshare, setns, bpf, perf_event_open, keyctl, add_key, request_key, init/finit/delete_module, kexec_load/file_load, reboot,
    // swapon/off, userfaultfd, io_uring_setup, open_by_handle_at, pidfd_open, pidfd_getfd, pidfd_send_signal
    private static readonly uint[] _x64 =
    [
        41, 42, 43, 49, 50, 288, 59, 322, 101, 310, 311, 165, 166, 155, 161, 272, 308, 321, 298, 250, 248, 249, 175, 313, 176, 246, 320, 169,
        167, 168, 323, 425, 304, 434, 438, 424,
    ];

    private static readonly uint[] _arm64 =
    [
        198, 203, 202, 200, 201, 242, 221, 281, 117, 270, 271, 40, 39, 41, 51, 97, 268, 280, 241, 219, 217, 218, 105, 273, 106, 104, 294, 142,
        224, 225, 282, 425, 265, 434, 438, 424,
    ];

    /// <summary>Applies the filter.</summary>
    /// <returns>False when the system or the processor's architecture is not known: nothing was changed.</returns>
    public static bool TryApply()
    {
        var (architecture, denied, kill, threadKill, call) = RuntimeInformation.ProcessArchitecture switch
        {
            Architecture.X64 => (0xC000003Eu, _x64, 62u, 234u, 317L),
            Architecture.Arm64 => (0xC00000B7u, _arm64, 129u, 131u, 277L),
            _ => (0u, [], 0u, 0u, 0L),
        };
        if (architecture == 0)
        {
            return false;
        }
        var program = Program(architecture, denied, kill, threadKill);
        fixed (Instruction* instructions = program)
        {
            var filter = new Filter { Length = (ushort)program.Length, Instructions = instructions };
            const int SetFilter = 1;
            const int AllThreads = 1;
            return LinuxCalls.Syscall(call, SetFilter, AllThreads, (nint)(&filter), 0) == 0;
        }
    }

    private static Instruction[] Program(uint architecture, uint[] denied, uint kill, uint threadKill)
    {
        var program = new List<Instruction>
        {
            new(Load, ArchitectureOffset),
            new(JumpEqual, architecture, ifTrue: 1),
            new(Return, Deny),
            new(Load, NumberOffset),
            new(JumpAtLeast, 0x40000000, ifFalse: 1), // The other numbering of x64
            new(Return, Deny),
        };
        foreach (var number in denied)
        {
            program.Add(new(JumpEqual, number, ifFalse: 1));
            program.Add(new(Return, Deny));
        }
        // Signals only to ourselves: the runtime stops its own threads with them.
        program.Add(new(JumpEqual, kill, ifTrue: 1));
        program.Add(new(JumpEqual, threadKill, ifFalse: 3));
        program.Add(new(Load, FirstArgumentOffset));
        program.Add(new(JumpEqual, (uint)Environment.ProcessId, ifTrue: 1));
        program.Add(new(Return, Deny));
        program.Add(new(Return, Allow));
        return [.. program];
    }

    [StructLayout(LayoutKind.Sequential)]
    private readonly struct Instruction(ushort code, uint value, byte ifTrue = 0, byte ifFalse = 0)
    {
        private readonly ushort _code = code;
        private readonly byte _ifTrue = ifTrue;
        private readonly byte _ifFalse = ifFalse;
        private readonly uint _value = value;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Filter
    {
        public ushort Length;
        public Instruction* Instructions;
    }
}
