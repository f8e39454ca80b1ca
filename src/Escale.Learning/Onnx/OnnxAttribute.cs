namespace Escale.Learning.Onnx;

/// <summary>A setting of a node of an <see cref="OnnxGraph"/>, already encoded (AttributeProto).</summary>
internal sealed class OnnxAttribute
{
    private enum Kind
    {
        Single = 1,
        Integer = 2,
        Text = 3,
        Tensor = 4,
        Integers = 7,
        Texts = 8,
    }

    private OnnxAttribute(string name, Kind kind, Action<ProtobufWriter> write)
    {
        Message = new ProtobufWriter();
        Message.Text(1, name);
        write(Message);
        Message.Integer(20, (int)kind);
    }

    public ProtobufWriter Message { get; }

    public static OnnxAttribute Of(string name, long value) => new(name, Kind.Integer, message => message.Integer(3, value));

    public static OnnxAttribute Of(string name, float value) => new(name, Kind.Single, message => message.Single(2, value));

    public static OnnxAttribute Of(string name, string value) => new(name, Kind.Text, message => message.Text(4, value));

    public static OnnxAttribute Of(string name, long[] values) => new(name, Kind.Integers, message => message.Integers(8, values));

    public static OnnxAttribute Of(string name, IReadOnlyCollection<string> values) => new(name, Kind.Texts, message =>
    {
        foreach (var value in values)
        {
            message.Text(9, value);
        }
    });

    /// <summary>Doubles in one dimension, as a tensor.</summary>
    public static OnnxAttribute Of(string name, double[] values) => new(name, Kind.Tensor, message =>
        message.Message(5, tensor => OnnxTensor.Write(tensor, name, OnnxType.Double, ProtobufWriter.LittleEndian<double>(values), values.Length)));
}
