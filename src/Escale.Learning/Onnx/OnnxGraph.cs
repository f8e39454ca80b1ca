namespace Escale.Learning.Onnx;

/// <summary>
/// An ONNX model while it is built: inputs, constants, nodes, outputs (https://github.com/onnx/onnx/blob/main/docs/IR.md). Written for operator set 17 and that of ai.onnx.ml 3, IR version 8:
/// what runtimes since 2022 read (checked with ONNX Runtime 1.16 to 1.30). Tensors have rows first, always N of them; numbers are computed in double precision unless said otherwise.
/// </summary>
internal sealed class OnnxGraph
{
    private const string MachineLearning = "ai.onnx.ml";
    private const int IrVersion = 8, OperatorSet = 17, MachineLearningOperatorSet = 3;

    private readonly ProtobufWriter _nodes = new();
    private readonly ProtobufWriter _constants = new();
    private readonly ProtobufWriter _inputs = new();
    private readonly ProtobufWriter _outputs = new();
    private readonly Dictionary<string, int> _names = new(StringComparer.Ordinal);
    private readonly Dictionary<double, OnnxValue> _scalars = [];
    private readonly Dictionary<long, OnnxValue> _wholes = [];
    private readonly Dictionary<(string, OnnxType), OnnxValue> _casts = [];
    private OnnxValue? _firstInput;

    /// <summary>Whether sums of trees keep the digits of doubles, at the cost of twice the leaf values: needed when a steep curve follows. Default false.</summary>
    public bool KeepsDoubles { get; init; }

    // ---- what comes in and goes out

    /// <summary>An input of N rows.</summary>
    public OnnxValue Input(string name, OnnxType type, int width = 1, string description = "")
    {
        Describe(_inputs, 11, name, type, width, description);
        _names[name] = 1;
        var input = new OnnxValue(name, type);
        _firstInput ??= input;
        return input;
    }

    /// <summary>An output of N rows under a name of its own.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="value">What is given out.</param>
    /// <param name="width">Columns; 0 for a plain list of N.</param>
    public void Output(string name, OnnxValue value, int width)
    {
        Add("Identity", [value], [name], "");
        Describe(_outputs, 12, name, value.Type, width);
    }

    /// <summary>Keeps a name for an input, so that nothing else takes it.</summary>
    public void Reserve(string name) => _names[name] = 1;

    /// <summary>A name for an input or output, with <c>predicted_</c> before it as often as it is taken; kept from now on.</summary>
    public string Free(string name)
    {
        while (!_names.TryAdd(name, 1))
        {
            name = "predicted_" + name;
        }
        return name;
    }

    // ---- constants

    public OnnxValue Constant(ReadOnlySpan<double> values, params ReadOnlySpan<long> dimensions) => Constant(OnnxType.Double, ProtobufWriter.LittleEndian(values), dimensions);

    public OnnxValue Constant(ReadOnlySpan<float> values, params ReadOnlySpan<long> dimensions) => Constant(OnnxType.Single, ProtobufWriter.LittleEndian(values), dimensions);

    public OnnxValue Constant(ReadOnlySpan<long> values, params ReadOnlySpan<long> dimensions) => Constant(OnnxType.Int64, ProtobufWriter.LittleEndian(values), dimensions);

    public OnnxValue Constant(IReadOnlyCollection<string> texts, params ReadOnlySpan<long> dimensions)
    {
        var (message, value) = (new ProtobufWriter(), new OnnxValue(Unused("texts"), OnnxType.Text));
        OnnxTensor.Write(message, value.Name, texts, dimensions);
        _constants.Message(5, message);
        return value;
    }

    /// <summary>One number that stands for as many as the other side has.</summary>
    public OnnxValue Number(double value)
    {
        if (!_scalars.TryGetValue(value, out var scalar))
        {
            _scalars[value] = scalar = Constant([value], 1);
        }
        return scalar;
    }

    /// <summary>The same for whole numbers.</summary>
    public OnnxValue Whole(long value)
    {
        if (!_wholes.TryGetValue(value, out var scalar))
        {
            _wholes[value] = scalar = Constant([value], 1);
        }
        return scalar;
    }

    /// <summary>The same row for each of the N.</summary>
    public OnnxValue Repeated(ReadOnlySpan<double> row)
    {
        var first = _firstInput ?? throw new InvalidOperationException("A graph needs an input before it can know how many rows there are.");
        var shape = Node("Shape", OnnxType.Int64, [first], OnnxAttribute.Of("start", 0), OnnxAttribute.Of("end", 1));
        var target = Node("Concat", OnnxType.Int64, [shape, Constant([(long)row.Length], 1)], OnnxAttribute.Of("axis", 0));
        return Node("Expand", OnnxType.Double, [Constant(row, 1, row.Length), target]);
    }

    // ---- nodes

    /// <summary>Adds a node with one output.</summary>
    /// <param name="operation">The operator.</param>
    /// <param name="type">What the output holds.</param>
    /// <param name="inputs">What it reads.</param>
    /// <param name="attributes">Its settings.</param>
    public OnnxValue Node(string operation, OnnxType type, ReadOnlySpan<OnnxValue> inputs, params ReadOnlySpan<OnnxAttribute> attributes)
    {
        var output = Unused(operation);
        Add(operation, inputs, [output], "", attributes);
        return new OnnxValue(output, type);
    }

    /// <summary>Adds a node with two outputs of which the second is asked for as well.</summary>
    public (OnnxValue First, OnnxValue Second) Pair(string operation, OnnxType first, OnnxType second, ReadOnlySpan<OnnxValue> inputs, params ReadOnlySpan<OnnxAttribute> attributes)
    {
        var (one, other) = (Unused(operation), Unused(operation));
        Add(operation, inputs, [one, other], "", attributes);
        return (new OnnxValue(one, first), new OnnxValue(other, second));
    }

    /// <summary>Adds a node of ONNX's machine-learning operators.</summary>
    public OnnxValue LearningNode(string operation, OnnxType type, ReadOnlySpan<OnnxValue> inputs, params ReadOnlySpan<OnnxAttribute> attributes)
    {
        var output = Unused(operation);
        Add(operation, inputs, [output], MachineLearning, attributes);
        return new OnnxValue(output, type);
    }

    /// <summary>The same values in another type; nothing is added when it has that type, or was cast so before.</summary>
    public OnnxValue Cast(OnnxValue value, OnnxType type)
    {
        if (value.Type == type)
        {
            return value;
        }
        if (!_casts.TryGetValue((value.Name, type), out var cast))
        {
            _casts[(value.Name, type)] = cast = Node("Cast", type, [value], OnnxAttribute.Of("to", (long)type));
        }
        return cast;
    }

    public OnnxValue Add(OnnxValue left, OnnxValue right) => Node("Add", left.Type, [left, right]);

    public OnnxValue Subtract(OnnxValue left, OnnxValue right) => Node("Sub", left.Type, [left, right]);

    public OnnxValue Multiply(OnnxValue left, OnnxValue right) => Node("Mul", left.Type, [left, right]);

    public OnnxValue Divide(OnnxValue left, OnnxValue right) => Node("Div", left.Type, [left, right]);

    public OnnxValue Where(OnnxValue condition, OnnxValue yes, OnnxValue no) => Node("Where", yes.Type, [condition, yes, no]);

    /// <summary>Columns side by side; all of one type.</summary>
    public OnnxValue Beside(IReadOnlyList<OnnxValue> columns) =>
        columns.Count == 1 ? columns[0] : Node("Concat", columns[0].Type, [.. columns], OnnxAttribute.Of("axis", 1));

    /// <summary>Chosen columns.</summary>
    public OnnxValue Columns(OnnxValue value, params ReadOnlySpan<long> columns) =>
        Node("Gather", value.Type, [value, Constant(columns, columns.Length)], OnnxAttribute.Of("axis", 1));

    // ---- the file

    /// <summary>Writes the model.</summary>
    /// <param name="stream">Where to.</param>
    /// <param name="name">The graph's name.</param>
    /// <param name="description">For people.</param>
    /// <param name="metadata">Names and values for programs.</param>
    public void Save(Stream stream, string name, string description, IEnumerable<KeyValuePair<string, string>> metadata)
    {
        var graph = new ProtobufWriter();
        graph.Append(_nodes);
        graph.Text(2, name);
        graph.Append(_constants);
        graph.Append(_inputs);
        graph.Append(_outputs);
        var model = new ProtobufWriter();
        model.Integer(1, IrVersion);
        model.Text(2, "Escale");
        model.Text(3, typeof(OnnxGraph).Assembly.GetName().Version?.ToString(3) ?? "0");
        model.Text(6, description);
        model.Message(7, graph);
        model.Message(8, set => WriteOperatorSet(set, "", OperatorSet));
        model.Message(8, set => WriteOperatorSet(set, MachineLearning, MachineLearningOperatorSet));
        foreach (var (key, value) in metadata)
        {
            model.Message(14, entry =>
            {
                entry.Text(1, key);
                entry.Text(2, value);
            });
        }
        stream.Write(model.Written);
    }

    private static void WriteOperatorSet(ProtobufWriter set, string domain, int version)
    {
        set.Text(1, domain);
        set.Integer(2, version);
    }

    private static void Describe(ProtobufWriter list, int field, string name, OnnxType type, int width, string description = "") => list.Message(field, info =>
    {
        info.Text(1, name);
        info.Message(2, described => described.Message(1, tensor =>
        {
            tensor.Integer(1, (int)type);
            tensor.Message(2, shape =>
            {
                shape.Message(1, rows => rows.Text(2, "N"));
                if (width > 0)
                {
                    shape.Message(1, columns => columns.Integer(1, width));
                }
            });
        }));
        info.Text(3, description);
    });

    private OnnxValue Constant(OnnxType type, ReadOnlySpan<byte> littleEndian, ReadOnlySpan<long> dimensions)
    {
        var (message, value) = (new ProtobufWriter(), new OnnxValue(Unused("constant"), type));
        OnnxTensor.Write(message, value.Name, type, littleEndian, dimensions);
        _constants.Message(5, message);
        return value;
    }

    private void Add(string operation, ReadOnlySpan<OnnxValue> inputs, ReadOnlySpan<string> outputs, string domain, params ReadOnlySpan<OnnxAttribute> attributes)
    {
        var node = new ProtobufWriter();
        foreach (var input in inputs)
        {
            node.Text(1, input.Name);
        }
        foreach (var output in outputs)
        {
            node.Text(2, output);
        }
        node.Text(3, "node_" + outputs[0]);
        node.Text(4, operation);
        foreach (var attribute in attributes)
        {
            node.Message(5, attribute.Message);
        }
        node.Text(7, domain);
        _nodes.Message(1, node);
    }

    private string Unused(string hint)
    {
        var lower = "_" + hint.ToLowerInvariant();
        var count = _names.GetValueOrDefault(lower) + 1;
        _names[lower] = count;
        var name = $"{lower}_{count}";
        return _names.ContainsKey(name) ? Unused(hint) : name;
    }
}
