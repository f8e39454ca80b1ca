using System.Runtime.InteropServices;
using System.Text;

namespace Escale.Learning.Tests.Onnx;

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

    /// <summary>What the model takes: the element type of each input, by ONNX's numbers.</summary>
    public IReadOnlyDictionary<string, int> Inputs()
    {
        var inputs = new Dictionary<string, int>(StringComparer.Ordinal);
        nuint count;
        nint allocator, name, typeInfo, tensorInfo;
        int type;
        OnnxRuntime.Check(((delegate* unmanaged<nint, nuint*, nint>)OnnxRuntime.Function(30))(_session, &count));
        OnnxRuntime.Check(((delegate* unmanaged<nint*, nint>)OnnxRuntime.Function(78))(&allocator));
        for (nuint at = 0; at < count; at++)
        {
            OnnxRuntime.Check(((delegate* unmanaged<nint, nuint, nint, nint*, nint>)OnnxRuntime.Function(36))(_session, at, allocator, &name));
            OnnxRuntime.Check(((delegate* unmanaged<nint, nuint, nint*, nint>)OnnxRuntime.Function(33))(_session, at, &typeInfo));
            OnnxRuntime.Check(((delegate* unmanaged<nint, nint*, nint>)OnnxRuntime.Function(55))(typeInfo, &tensorInfo));
            OnnxRuntime.Check(((delegate* unmanaged<nint, int*, nint>)OnnxRuntime.Function(60))(tensorInfo, &type));
            inputs.Add(Marshal.PtrToStringUTF8(name)!, type);
            ((delegate* unmanaged<nint, void>)OnnxRuntime.Function(98))(typeInfo);
            OnnxRuntime.Check(((delegate* unmanaged<nint, nint, nint>)OnnxRuntime.Function(76))(allocator, name));
        }
        return inputs;
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
