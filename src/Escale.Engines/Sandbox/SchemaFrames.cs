using System.Text.RegularExpressions;
using Escale.Engines.DuckDb;
using Escale.Kernel;

namespace Escale.Engines.Sandbox;

/// <summary>Column names, types and errors as frames.</summary>
internal static partial class SchemaFrames
{
    private const int MaxDepth = 32;

    public static void Write(FrameWriter frame, IReadOnlyList<DuckColumn> columns)
    {
        frame.Int(columns.Count);
        foreach (var column in columns)
        {
            frame.Text(column.Name);
            WriteType(frame, column.Type);
        }
    }

    public static DuckColumn[] Read(ref FrameReader frame, int depth = 0)
    {
        var columns = new DuckColumn[frame.Count(5)];
        for (var index = 0; index < columns.Length; index++)
        {
            columns[index] = new DuckColumn(frame.Text(), ReadType(ref frame, depth));
        }
        return columns;
    }

    public static void WriteError(FrameWriter frame, EscaleException error) => frame
        .Text(error.Code).Text(error.Message).Text(error.Remedy).Int(error.Place?.Line ?? 0).Int(error.Place?.Column ?? 0)
        .Text(error.Place?.File).Text(error.Place?.Field);

    /// <param name="frame">What the child sent.</param>
    /// <param name="isParser">Whether a parser answers: its errors may be those of another room, and name a file and a field.</param>
    public static EscaleException ReadError(ref FrameReader frame, bool isParser = false)
    {
        var (code, message, remedy) = (frame.Text(), frame.Text(), frame.TextOrNull());
        var (line, column) = (frame.Int(), frame.Int());
        var (file, field) = (frame.TextOrNull(), frame.TextOrNull());
        frame.ExpectEnd();
        if (!(isParser ? ParserCode() : Code()).IsMatch(code))
        {
            throw Frames.Malformed("an error without a code");
        }
        var place = new Place(isParser ? file : null, line > 0 ? line : null, line > 0 && column > 0 ? column : null, Field: isParser ? field : null);
        return new EscaleException(code, message, remedy, place == new Place(null) ? null : place);
    }

    private static void WriteType(FrameWriter frame, DuckType type)
    {
        frame.Byte((byte)type.Id).Text(type.Alias);
        switch (type.Id)
        {
            case DuckTypeId.Decimal:
                frame.Byte((byte)type.Width).Byte((byte)type.Scale);
                break;
            case DuckTypeId.Enum:
                frame.Texts(type.EnumValues);
                break;
            case DuckTypeId.Variant or DuckTypeId.Invalid:
                throw new EscaleException(
                    "engines.duckdb.unsupported-type", $"A column of type {type} cannot be sent.", "Cast it to VARCHAR or JSON in the query.");
            case var _ when type.IsNested:
                frame.Int(type.ArraySize);
                Write(frame, type.Children);
                break;
        }
    }

    private static DuckType ReadType(ref FrameReader frame, int depth)
    {
        var id = (DuckTypeId)frame.Byte();
        var alias = frame.TextOrNull();
        if (depth > MaxDepth || !Enum.IsDefined(id)
            || id is DuckTypeId.Invalid or DuckTypeId.Variant or DuckTypeId.Any or DuckTypeId.StringLiteral or DuckTypeId.IntegerLiteral)
        {
            throw Frames.Malformed("a type that cannot be");
        }
        return id switch
        {
            DuckTypeId.Decimal => ReadDecimal(ref frame),
            DuckTypeId.Enum => DuckType.Enumeration(frame.Texts()),
            DuckTypeId.List or DuckTypeId.Array or DuckTypeId.Struct or DuckTypeId.Map or DuckTypeId.Union => ReadNested(ref frame, id, depth),
            _ => DuckType.Simple(id),
        } is var type && alias is null ? type : type.As(alias);
    }

    private static DuckType ReadDecimal(ref FrameReader frame)
    {
        var (width, scale) = (frame.Byte(), frame.Byte());
        return width is >= 1 and <= 38 && scale <= width ? DuckType.Decimal(width, scale) : throw Frames.Malformed("a type that cannot be");
    }

    private static DuckType ReadNested(ref FrameReader frame, DuckTypeId id, int depth)
    {
        var size = frame.Int();
        var children = Read(ref frame, depth + 1);
        return (id, children.Length) switch
        {
            (DuckTypeId.List, 1) => DuckType.List(children[0].Type),
            (DuckTypeId.Array, 1) when size is > 0 and <= 100_000 => DuckType.Array(children[0].Type, size),
            (DuckTypeId.Map, 2) => DuckType.Map(children[0].Type, children[1].Type),
            (DuckTypeId.Struct, > 0) => DuckType.Struct(children),
            (DuckTypeId.Union, > 0 and <= 256) => DuckType.Union(children),
            _ => throw Frames.Malformed("a type that cannot be"),
        };
    }

    [GeneratedRegex(@"^engines\.[a-z][a-z0-9.-]{0,80}\z")]
    private static partial Regex Code();

    [GeneratedRegex(@"^[a-z]{1,20}\.[a-z][a-z0-9.-]{0,80}\z")]
    private static partial Regex ParserCode();
}
