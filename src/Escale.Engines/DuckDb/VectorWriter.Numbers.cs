namespace Escale.Engines.DuckDb;

/// <content>Numbers into columns of other number types.</content>
internal sealed unsafe partial class VectorWriter
{
    private void Store<T>(int row, DuckTypeId id, T value)
        where T : unmanaged
    {
        if (Type.Id != id)
        {
            throw Refuse(typeof(T).Name);
        }
        ((T*)_data)[row] = value;
    }

    private void WriteInteger(int row, long value)
    {
        switch (Type.Id)
        {
            case DuckTypeId.BigInt:
                ((long*)_data)[row] = value;
                break;
            case DuckTypeId.Integer when value is >= int.MinValue and <= int.MaxValue:
                ((int*)_data)[row] = (int)value;
                break;
            case DuckTypeId.Double:
                ((double*)_data)[row] = value;
                break;
            default:
                WriteHuge(row, value);
                break;
        }
    }

    private void WriteHuge(int row, Int128 value)
    {
        var (least, most, size) = Type.Id switch
        {
            DuckTypeId.TinyInt => (sbyte.MinValue, sbyte.MaxValue, 1),
            DuckTypeId.SmallInt => (short.MinValue, short.MaxValue, 2),
            DuckTypeId.Integer => (int.MinValue, int.MaxValue, 4),
            DuckTypeId.BigInt => (long.MinValue, long.MaxValue, 8),
            DuckTypeId.UTinyInt => (0, byte.MaxValue, 1),
            DuckTypeId.USmallInt => (0, ushort.MaxValue, 2),
            DuckTypeId.UInteger => (0, uint.MaxValue, 4),
            DuckTypeId.UBigInt => (0, ulong.MaxValue, 8),
            DuckTypeId.HugeInt => (Int128.MinValue, Int128.MaxValue, 16),
            DuckTypeId.UHugeInt => ((Int128)0, Int128.MaxValue, 16),
            _ => (0, 0, 0),
        };
        if (size > 0)
        {
            StoreInteger(row, value >= least && value <= most ? value : throw OutOfRange(value), size);
        }
        else if (Type.Id == DuckTypeId.Decimal)
        {
            WriteDecimal(row, new DuckDecimal(value, 0));
        }
        else if (Type.Id is DuckTypeId.Double or DuckTypeId.Float)
        {
            WriteReal(row, (double)value);
        }
        else
        {
            throw Refuse("whole number");
        }
    }

    private void StoreInteger(int row, Int128 value, int size)
    {
        switch (size)
        {
            case 1:
                _data[row] = unchecked((byte)value);
                break;
            case 2:
                ((ushort*)_data)[row] = unchecked((ushort)value);
                break;
            case 4:
                ((uint*)_data)[row] = unchecked((uint)value);
                break;
            case 8:
                ((ulong*)_data)[row] = unchecked((ulong)value);
                break;
            default:
                ((Int128*)_data)[row] = value;
                break;
        }
    }

    private void WriteReal(int row, double value)
    {
        if (Type.Id == DuckTypeId.Float)
        {
            ((float*)_data)[row] = double.IsFinite(value) && !float.IsFinite((float)value) ? throw OutOfRange(value) : (float)value;
        }
        else
        {
            Store(row, DuckTypeId.Double, value);
        }
    }

    private void WriteDecimal(int row, DuckDecimal value)
    {
        if (Type.Id is DuckTypeId.Double or DuckTypeId.Float)
        {
            WriteReal(row, double.Parse(value.ToString(), System.Globalization.CultureInfo.InvariantCulture));
            return;
        }
        if (Type.Id != DuckTypeId.Decimal)
        {
            throw Refuse("decimal");
        }
        var digits = value.Unscaled;
        for (var scale = value.Scale; scale != Type.Scale; scale += scale < Type.Scale ? 1 : -1)
        {
            var isLost = scale < Type.Scale ? Int128.Abs(digits) > Int128.MaxValue / 10 : digits % 10 != 0;
            digits = isLost ? throw OutOfRange(value) : scale < Type.Scale ? digits * 10 : digits / 10;
        }
        StoreInteger(row, Int128.Abs(digits) < DuckDecimal.PowerOfTen(Type.Width) ? digits : throw OutOfRange(value), Type.SizeBytes);
    }
}
