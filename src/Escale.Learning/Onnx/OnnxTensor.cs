namespace Escale.Learning.Onnx;

/// <summary>Encodes constants (TensorProto).</summary>
internal static class OnnxTensor
{
    private const int Dimensions = 1, DataType = 2, StringData = 6, Name = 8, RawData = 9;

    public static void Write(ProtobufWriter tensor, string name, OnnxType type, ReadOnlySpan<byte> littleEndian, params ReadOnlySpan<long> dimensions)
    {
        tensor.Integers(Dimensions, dimensions);
        tensor.Integer(DataType, (int)type);
        tensor.Text(Name, name);
        tensor.Bytes(RawData, littleEndian);
    }

    public static void Write(ProtobufWriter tensor, string name, IReadOnlyCollection<string> texts, params ReadOnlySpan<long> dimensions)
    {
        tensor.Integers(Dimensions, dimensions);
        tensor.Integer(DataType, (int)OnnxType.Text);
        foreach (var text in texts)
        {
            tensor.Text(StringData, text);
        }
        tensor.Text(Name, name);
    }
}
