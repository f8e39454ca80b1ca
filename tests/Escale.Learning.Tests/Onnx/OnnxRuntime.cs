using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;

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

/// <summary>A tensor in this program's memory.</summary>
/// <param name="Values">float, double, long or string values, row after row.</param>
/// <param name="Shape">Its dimensions.</param>
internal sealed record OnnxTensorData(Array Values, params long[] Shape)
{
    public IReadOnlyList<double> Doubles => Values switch
    {
        float[] values => [.. values.Select(value => (double)value)],
        double[] values => values,
        long[] values => [.. values.Select(value => (double)value)],
        _ => throw new InvalidCastException(),
    };

    public IReadOnlyList<string> Texts => (string[])Values;
}

/// <summary>An ONNX model loaded by ONNX Runtime.</summary>
internal sealed unsafe class OnnxSession : IDisposable
{
    private const int Single = 1, Int64 = 7, Text = 8, Double = 11;

    private readonly nint _session;
    private readonly nint _memory;

    public OnnxSession(byte[] model, int threads = 1)
    {
        nint options, session, memory;
        OnnxRuntime.Check(((delegate* unmanaged<nint*, nint>)OnnxRuntime.Function(10))(&options));
        try
        {
            OnnxRuntime.Check(((delegate* unmanaged<nint, int, nint>)OnnxRuntime.Function(24))(options, threads));
            fixed (byte* bytes = model)
            {
                OnnxRuntime.Check(((delegate* unmanaged<nint, byte*, nuint, nint, nint*, nint>)OnnxRuntime.Function(8))(OnnxRuntime.Environment, bytes, (nuint)model.Length, options, &session));
            }
        }
        finally
        {
            ((delegate* unmanaged<nint, void>)OnnxRuntime.Function(100))(options);
        }
        OnnxRuntime.Check(((delegate* unmanaged<int, int, nint*, nint>)OnnxRuntime.Function(69))(1, 0, &memory));
        (_session, _memory) = (session, memory);
    }

    /// <summary>Runs the model once.</summary>
    public OnnxTensorData[] Run(IReadOnlyDictionary<string, OnnxTensorData> inputs, params string[] outputs)
    {
        var tensors = new List<nint>();
        var (names, pins) = (new List<nint>(), new List<GCHandle>());
        try
        {
            foreach (var (name, tensor) in inputs)
            {
                names.Add(Marshal.StringToCoTaskMemUTF8(name));
                tensors.Add(Tensor(tensor, pins));
            }
            var outputNames = outputs.Select(Marshal.StringToCoTaskMemUTF8).ToArray();
            names.AddRange(outputNames);
            var values = new nint[outputs.Length];
            fixed (nint* inputNames = names.ToArray(), outputNamesAt = outputNames, inputValues = tensors.ToArray(), outputValues = values)
            {
                OnnxRuntime.Check(((delegate* unmanaged<nint, nint, nint*, nint*, nuint, nint*, nuint, nint*, nint>)OnnxRuntime.Function(9))(
                    _session, 0, inputNames, inputValues, (nuint)inputs.Count, outputNamesAt, (nuint)outputs.Length, outputValues));
            }
            tensors.AddRange(values);
            return [.. values.Select(Read)];
        }
        finally
        {
            tensors.ForEach(value => ((delegate* unmanaged<nint, void>)OnnxRuntime.Function(96))(value));
            names.ForEach(Marshal.FreeCoTaskMem);
            pins.ForEach(pin => pin.Free());
        }
    }

    public void Dispose()
    {
        ((delegate* unmanaged<nint, void>)OnnxRuntime.Function(95))(_session);
        ((delegate* unmanaged<nint, void>)OnnxRuntime.Function(94))(_memory);
    }

    private nint Tensor(OnnxTensorData tensor, List<GCHandle> pins)
    {
        nint value;
        fixed (long* shape = tensor.Shape)
        {
            if (tensor.Values is string[] texts)
            {
                FillTexts(texts, shape, (nuint)tensor.Shape.Length, &value);
                return value;
            }
            var (type, size) = tensor.Values switch { float[] => (Single, 4), double[] => (Double, 8), long[] => (Int64, 8), _ => throw new InvalidCastException() };
            var pin = GCHandle.Alloc(tensor.Values, GCHandleType.Pinned);
            pins.Add(pin);
            OnnxRuntime.Check(((delegate* unmanaged<nint, nint, nuint, long*, nuint, int, nint*, nint>)OnnxRuntime.Function(49))(
                _memory, pin.AddrOfPinnedObject(), (nuint)(tensor.Values.Length * (long)size), shape, (nuint)tensor.Shape.Length, type, &value));
        }
        return value;
    }

    private static void FillTexts(string[] texts, long* shape, nuint dimensions, nint* value)
    {
        nint allocator;
        OnnxRuntime.Check(((delegate* unmanaged<nint*, nint>)OnnxRuntime.Function(78))(&allocator));
        OnnxRuntime.Check(((delegate* unmanaged<nint, long*, nuint, int, nint*, nint>)OnnxRuntime.Function(48))(allocator, shape, dimensions, Text, value));
        var pointers = texts.Select(Marshal.StringToCoTaskMemUTF8).ToArray();
        fixed (nint* at = pointers)
        {
            OnnxRuntime.Check(((delegate* unmanaged<nint, nint*, nuint, nint>)OnnxRuntime.Function(52))(*value, at, (nuint)pointers.Length));
        }
        Array.ForEach(pointers, Marshal.FreeCoTaskMem);
    }

    private static OnnxTensorData Read(nint value)
    {
        nint info, data;
        int type;
        nuint dimensions, count;
        OnnxRuntime.Check(((delegate* unmanaged<nint, nint*, nint>)OnnxRuntime.Function(65))(value, &info));
        OnnxRuntime.Check(((delegate* unmanaged<nint, int*, nint>)OnnxRuntime.Function(60))(info, &type));
        OnnxRuntime.Check(((delegate* unmanaged<nint, nuint*, nint>)OnnxRuntime.Function(61))(info, &dimensions));
        var shape = new long[dimensions];
        fixed (long* at = shape)
        {
            OnnxRuntime.Check(((delegate* unmanaged<nint, long*, nuint, nint>)OnnxRuntime.Function(62))(info, at, dimensions));
        }
        OnnxRuntime.Check(((delegate* unmanaged<nint, nuint*, nint>)OnnxRuntime.Function(64))(info, &count));
        ((delegate* unmanaged<nint, void>)OnnxRuntime.Function(99))(info);
        if (type == Text)
        {
            return new OnnxTensorData(ReadTexts(value, (int)count), shape);
        }
        OnnxRuntime.Check(((delegate* unmanaged<nint, nint*, nint>)OnnxRuntime.Function(51))(value, &data));
        return new OnnxTensorData(
            type switch
            {
                Single => new ReadOnlySpan<float>((void*)data, (int)count).ToArray(),
                Double => new ReadOnlySpan<double>((void*)data, (int)count).ToArray(),
                Int64 => new ReadOnlySpan<long>((void*)data, (int)count).ToArray(),
                _ => throw new InvalidCastException($"element type {type}"),
            },
            shape);
    }

    private static string[] ReadTexts(nint value, int count)
    {
        nuint length;
        OnnxRuntime.Check(((delegate* unmanaged<nint, nuint*, nint>)OnnxRuntime.Function(53))(value, &length));
        var (bytes, starts) = (new byte[(int)length + 1], new nuint[count + 1]);
        fixed (byte* at = bytes)
        fixed (nuint* start = starts)
        {
            OnnxRuntime.Check(((delegate* unmanaged<nint, byte*, nuint, nuint*, nuint, nint>)OnnxRuntime.Function(54))(value, at, length, start, (nuint)count));
        }
        starts[count] = length;
        return [.. Enumerable.Range(0, count).Select(text => Encoding.UTF8.GetString(bytes, (int)starts[text], (int)(starts[text + 1] - starts[text])))];
    }
}
