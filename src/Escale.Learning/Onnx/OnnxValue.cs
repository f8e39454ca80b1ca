namespace Escale.Learning.Onnx;

/// <summary>What a tensor holds, by ONNX's numbers.</summary>
internal enum OnnxType
{
    Single = 1,
    Int64 = 7,
    Text = 8,
    Boolean = 9,
    Double = 11,
}

/// <summary>A tensor that flows through an <see cref="OnnxGraph"/>: what an input, a constant or a node gives.</summary>
/// <param name="Name">By what nodes refer to it.</param>
/// <param name="Type">What it holds.</param>
internal readonly record struct OnnxValue(string Name, OnnxType Type);
