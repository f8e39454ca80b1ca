using System.Runtime.InteropServices;

namespace Escale.Engines.DuckDb.Interop;

/// <summary>Logical types: reading them into <see cref="DuckType"/> and making them from it.</summary>
internal static unsafe partial class Native
{
    /// <summary>Reads a logical type that is ours, and destroys it.</summary>
    public static DuckType TakeType(nint type)
    {
        try
        {
            var read = ReadType(type);
            return read.As(TakeText(OwnTypeAlias(type)));
        }
        finally
        {
            DestroyLogicalType(ref type);
        }
    }

    /// <summary>A new logical type, to be destroyed by the caller.</summary>
    public static nint MakeType(DuckType type) => type.Id switch
    {
        DuckTypeId.Decimal => CreateDecimalType((byte)type.Width, (byte)type.Scale),
        DuckTypeId.List => Using(type.Children, types => CreateListType(types[0])),
        DuckTypeId.Array => Using(type.Children, types => CreateArrayType(types[0], (ulong)type.ArraySize)),
        DuckTypeId.Map => Using(type.Children, types => CreateMapType(types[0], types[1])),
        DuckTypeId.Struct => Using(type.Children, types => WithNames(type.Children.Select(field => field.Name), names =>
            CreateStructType((nint*)types.Pointer, (byte**)names.Pointer, (ulong)type.Children.Count))),
        DuckTypeId.Union => Using(type.Children, types => WithNames(type.Children.Select(field => field.Name), names =>
            CreateUnionType((nint*)types.Pointer, (byte**)names.Pointer, (ulong)type.Children.Count))),
        DuckTypeId.Enum => WithNames(type.EnumValues, names => CreateEnumType((byte**)names.Pointer, (ulong)type.EnumValues.Count)),
        _ => CreateLogicalType((int)type.Id),
    };

    private static DuckType ReadType(nint type)
    {
        var id = (DuckTypeId)TypeId(type);
        return id switch
        {
            DuckTypeId.Decimal => DuckType.Decimal(DecimalWidth(type), DecimalScale(type)),
            DuckTypeId.Enum => DuckType.Enumeration(
                [.. Enumerable.Range(0, (int)EnumSize(type)).Select(index => TakeText(OwnEnumValue(type, (ulong)index)) ?? "")]),
            DuckTypeId.List => DuckType.List(TakeType(ListChildType(type))),
            DuckTypeId.Array => DuckType.Array(TakeType(ArrayChildType(type)), (int)ArraySize(type)),
            DuckTypeId.Map => DuckType.Map(TakeType(MapKeyType(type)), TakeType(MapValueType(type))),
            DuckTypeId.Struct => DuckType.Struct(
                [.. Enumerable.Range(0, (int)StructCount(type)).Select(index =>
                    new DuckColumn(TakeText(OwnStructName(type, (ulong)index)) ?? "", TakeType(StructChildType(type, (ulong)index))))]),
            DuckTypeId.Union => DuckType.Union(
                [.. Enumerable.Range(0, (int)UnionCount(type)).Select(index =>
                    new DuckColumn(TakeText(OwnUnionName(type, (ulong)index)) ?? "", TakeType(UnionMemberType(type, (ulong)index))))]),
            _ => DuckType.Simple(Enum.IsDefined(id) ? id : DuckTypeId.Invalid),
        };
    }

    private static nint Using(IReadOnlyList<DuckColumn> children, Func<NativeList, nint> make)
    {
        var types = children.Select(child => MakeType(child.Type)).ToArray();
        try
        {
            fixed (nint* pointer = types)
            {
                return make(new NativeList(pointer));
            }
        }
        finally
        {
            foreach (ref var type in types.AsSpan())
            {
                DestroyLogicalType(ref type);
            }
        }
    }

    private static nint WithNames(IEnumerable<string> names, Func<NativeList, nint> make)
    {
        var pointers = names.Select(Marshal.StringToCoTaskMemUTF8).ToArray();
        try
        {
            fixed (nint* pointer = pointers)
            {
                return make(new NativeList(pointer));
            }
        }
        finally
        {
            foreach (var pointer in pointers)
            {
                Marshal.FreeCoTaskMem(pointer);
            }
        }
    }

    /// <summary>A pointer that a lambda may take.</summary>
    private readonly struct NativeList(nint* pointer)
    {
        public void* Pointer { get; } = pointer;

        public nint this[int index] => ((nint*)Pointer)[index];
    }

    [LibraryImport(Library, EntryPoint = "duckdb_destroy_logical_type")]
    public static partial void DestroyLogicalType(ref nint type);

    [LibraryImport(Library, EntryPoint = "duckdb_get_type_id")]
    private static partial int TypeId(nint type);

    [LibraryImport(Library, EntryPoint = "duckdb_logical_type_get_alias")]
    private static partial byte* OwnTypeAlias(nint type);

    [LibraryImport(Library, EntryPoint = "duckdb_decimal_width")]
    private static partial byte DecimalWidth(nint type);

    [LibraryImport(Library, EntryPoint = "duckdb_decimal_scale")]
    private static partial byte DecimalScale(nint type);

    [LibraryImport(Library, EntryPoint = "duckdb_enum_dictionary_size")]
    private static partial uint EnumSize(nint type);

    [LibraryImport(Library, EntryPoint = "duckdb_enum_dictionary_value")]
    private static partial byte* OwnEnumValue(nint type, ulong index);

    [LibraryImport(Library, EntryPoint = "duckdb_list_type_child_type")]
    private static partial nint ListChildType(nint type);

    [LibraryImport(Library, EntryPoint = "duckdb_array_type_child_type")]
    private static partial nint ArrayChildType(nint type);

    [LibraryImport(Library, EntryPoint = "duckdb_array_type_array_size")]
    private static partial ulong ArraySize(nint type);

    [LibraryImport(Library, EntryPoint = "duckdb_map_type_key_type")]
    private static partial nint MapKeyType(nint type);

    [LibraryImport(Library, EntryPoint = "duckdb_map_type_value_type")]
    private static partial nint MapValueType(nint type);

    [LibraryImport(Library, EntryPoint = "duckdb_struct_type_child_count")]
    private static partial ulong StructCount(nint type);

    [LibraryImport(Library, EntryPoint = "duckdb_struct_type_child_name")]
    private static partial byte* OwnStructName(nint type, ulong index);

    [LibraryImport(Library, EntryPoint = "duckdb_struct_type_child_type")]
    private static partial nint StructChildType(nint type, ulong index);

    [LibraryImport(Library, EntryPoint = "duckdb_union_type_member_count")]
    private static partial ulong UnionCount(nint type);

    [LibraryImport(Library, EntryPoint = "duckdb_union_type_member_name")]
    private static partial byte* OwnUnionName(nint type, ulong index);

    [LibraryImport(Library, EntryPoint = "duckdb_union_type_member_type")]
    private static partial nint UnionMemberType(nint type, ulong index);

    [LibraryImport(Library, EntryPoint = "duckdb_create_logical_type")]
    private static partial nint CreateLogicalType(int id);

    [LibraryImport(Library, EntryPoint = "duckdb_create_decimal_type")]
    private static partial nint CreateDecimalType(byte width, byte scale);

    [LibraryImport(Library, EntryPoint = "duckdb_create_list_type")]
    private static partial nint CreateListType(nint child);

    [LibraryImport(Library, EntryPoint = "duckdb_create_array_type")]
    private static partial nint CreateArrayType(nint child, ulong size);

    [LibraryImport(Library, EntryPoint = "duckdb_create_map_type")]
    private static partial nint CreateMapType(nint key, nint value);

    [LibraryImport(Library, EntryPoint = "duckdb_create_struct_type")]
    private static partial nint CreateStructType(nint* types, byte** names, ulong count);

    [LibraryImport(Library, EntryPoint = "duckdb_create_union_type")]
    private static partial nint CreateUnionType(nint* types, byte** names, ulong count);

    [LibraryImport(Library, EntryPoint = "duckdb_create_enum_type")]
    private static partial nint CreateEnumType(byte** names, ulong count);
}
