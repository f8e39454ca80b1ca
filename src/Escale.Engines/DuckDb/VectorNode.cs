using Escale.Engines.DuckDb.Interop;

namespace Escale.Engines.DuckDb;

/// <summary>
/// One vector of values where it lies in memory: DuckDB's own, or a buffer received from the sandbox. Made once per result column and pointed
/// at each chunk in turn.
/// </summary>
internal sealed unsafe class VectorNode
{
    public VectorNode(DuckType type)
    {
        Type = type;
        Children = type.Id switch
        {
            // A union is kept as a structure whose first field says which member is set.
            DuckTypeId.Union => [new(DuckType.Simple(DuckTypeId.UTinyInt)), .. type.Children.Select(member => new VectorNode(member.Type))],
            _ => [.. type.Children.Select(child => new VectorNode(child.Type))],
        };
    }

    public DuckType Type { get; }

    public VectorNode[] Children { get; }

    public byte* Data { get; set; }

    /// <summary>One bit per row, 1 = not NULL; null pointer = no NULLs.</summary>
    public ulong* Validity { get; set; }

    public int Count { get; set; }

    public bool IsNull(int row) => Validity != null && (Validity[row >> 6] & (1UL << (row & 63))) == 0;

    /// <summary>Points at a vector of DuckDB's, and its children at that vector's.</summary>
    public void Read(nint vector, int count)
    {
        Count = count;
        Data = Type.SizeBytes == 0 ? null : Native.VectorData(vector);
        Validity = Native.VectorValidity(vector);
        if (Children.Length > 0)
        {
            ReadChildren(vector, count);
        }
    }

    private void ReadChildren(nint vector, int count)
    {
        switch (Type.Id)
        {
            case DuckTypeId.List:
                Children[0].Read(Native.ListChild(vector), (int)Native.ListSize(vector));
                break;
            case DuckTypeId.Map:
                var entries = Native.ListChild(vector);
                var size = (int)Native.ListSize(vector);
                Children[0].Read(Native.StructChild(entries, 0), size);
                Children[1].Read(Native.StructChild(entries, 1), size);
                break;
            case DuckTypeId.Array:
                Children[0].Read(Native.ArrayChild(vector), count * Type.ArraySize);
                break;
            default:
                for (var index = 0; index < Children.Length; index++)
                {
                    Children[index].Read(Native.StructChild(vector, (ulong)index), count);
                }
                break;
        }
    }
}
