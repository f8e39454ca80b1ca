using System.Reflection;
using System.Runtime.InteropServices;

namespace Escale.Learning.Tests.Onnx;

/// <summary>The functions of ONNX Runtime's C interface that are needed here, by their places in its table (which only ever grows at its end).</summary>
internal static unsafe class OnnxRuntime
{
    private const int InterfaceVersion = 16;

    private static readonly Lazy<nint> _table = new(Load);
    private static readonly Lazy<nint> _environment = new(() =>
    {
        nint environment;
        using var name = new Utf8("escale");
        Check(((delegate* unmanaged<int, byte*, nint*, nint>)Function(3))(3, name.Pointer, &environment));
        return environment;
    });

    /// <summary>Where the build put the library, and whether there is one for this platform.</summary>
    public static string LibraryPath { get; } =
        typeof(OnnxRuntime).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().First(item => item.Key == "Escale.OnnxRuntimeLibrary").Value ?? "";

    public static bool IsThere => File.Exists(LibraryPath);

    public static nint Environment => _environment.Value;

    /// <summary>A function of the table.</summary>
    public static nint Function(int place) => ((nint*)_table.Value)[place];

    /// <summary>Throws what a call complains of.</summary>
    public static void Check(nint status)
    {
        if (status == 0)
        {
            return;
        }
        var message = Marshal.PtrToStringUTF8(((delegate* unmanaged<nint, nint>)Function(2))(status)) ?? "an error without a message";
        ((delegate* unmanaged<nint, void>)Function(93))(status);
        throw new OnnxRuntimeException(message);
    }

    private static nint Load()
    {
        var library = NativeLibrary.Load(LibraryPath);
        var @base = (nint*)((delegate* unmanaged<nint>)NativeLibrary.GetExport(library, "OrtGetApiBase"))();
        var table = ((delegate* unmanaged<uint, nint>)@base[0])(InterfaceVersion);
        return table != 0 ? table : throw new OnnxRuntimeException($"The library does not offer version {InterfaceVersion} of its interface.");
    }

    /// <summary>A text as C wants it.</summary>
    public readonly ref struct Utf8 : IDisposable
    {
        public Utf8(string text) => Pointer = (byte*)Marshal.StringToCoTaskMemUTF8(text);

        public byte* Pointer { get; }

        public void Dispose() => Marshal.FreeCoTaskMem((nint)Pointer);
    }
}

/// <summary>What ONNX Runtime complained of.</summary>
internal sealed class OnnxRuntimeException(string message) : Exception(message);
