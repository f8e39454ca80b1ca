using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Escale.Learning.Networks;

/// <summary>
/// Products of dense matrices, in single or double precision. Six rows by two vectors of columns are kept in registers (twelve sums, two vectors of the right matrix and one value of
/// the left fill the sixteen of AVX2). Every element is its start plus products in the order of depth, whatever the number of rows: one row alone gives the same bits as among many.
/// </summary>
internal static unsafe class DenseProduct
{
    private const int Block = 6;
    private const int CacheLineBytes = 64;

    /// <summary>Columns come in so many.</summary>
    public const int ColumnStep = CacheLineBytes / sizeof(float);

    /// <summary>How many columns a matrix is stored with: full steps, the rest zeros.</summary>
    public static int Padded(int columns) => (columns + ColumnStep - 1) / ColumnStep * ColumnStep;

    /// <summary>From one row to the next: an odd number of cache lines, so that the rows of a block of columns do not all fall into the same lines of the cache.</summary>
    public static int Stride(int columns) => Padded(columns) / ColumnStep % 2 == 1 ? Padded(columns) : Padded(columns) + ColumnStep;

    /// <summary>C = start + A · B.</summary>
    /// <param name="a">A, rows × depth; element (r, d) at r · <paramref name="aRow"/> + d · <paramref name="aStep"/>, so that it may also lie on its side.</param>
    /// <param name="aRow">Distance of its rows.</param>
    /// <param name="aStep">Distance of its columns.</param>
    /// <param name="b">B, depth × columns.</param>
    /// <param name="bRow">Distance of its rows.</param>
    /// <param name="c">C, rows × columns; written.</param>
    /// <param name="cRow">Distance of its rows.</param>
    /// <param name="start">One row that all rows of C start from; null for zeros.</param>
    /// <param name="rows">Rows of A and C.</param>
    /// <param name="depth">Columns of A, rows of B.</param>
    /// <param name="columns">Columns of B and C, a multiple of <see cref="ColumnStep"/>.</param>
    public static void Multiply<T>(T* a, nint aRow, nint aStep, T* b, nint bRow, T* c, nint cRow, T* start, int rows, int depth, int columns)
        where T : unmanaged
    {
        var width = 2 * Vector256<T>.Count;
        for (var column = 0; column < columns; column += width)
        {
            T* panel = b + column, from = start is null ? null : start + column;
            var row = 0;
            for (; row + Block <= rows; row += Block)
            {
                Six(a + row * aRow, aRow, aStep, panel, bRow, c + row * cRow + column, cRow, from, depth);
            }
            for (; row + 2 <= rows; row += 2)
            {
                Two(a + row * aRow, aRow, aStep, panel, bRow, c + row * cRow + column, cRow, from, depth);
            }
            if (row < rows)
            {
                One(a + row * aRow, aStep, panel, bRow, c + row * cRow + column, from, depth);
            }
        }
    }

    private static void Six<T>(T* a, nint aRow, nint aStep, T* b, nint bRow, T* c, nint cRow, T* start, int depth)
        where T : unmanaged
    {
        var (left, right) = Start(start);
        var (l0, l1, l2, l3, l4, l5) = (left, left, left, left, left, left);
        var (r0, r1, r2, r3, r4, r5) = (right, right, right, right, right, right);
        var (three, five) = (3 * aRow, 5 * aRow);
        for (var at = 0; at < depth; at++)
        {
            (left, right) = (Vector256.Load(b), Vector256.Load(b + Vector256<T>.Count));
            var value = Vector256.Create(a[0]);
            (l0, r0) = (Add(value, left, l0), Add(value, right, r0));
            value = Vector256.Create(a[aRow]);
            (l1, r1) = (Add(value, left, l1), Add(value, right, r1));
            value = Vector256.Create(a[2 * aRow]);
            (l2, r2) = (Add(value, left, l2), Add(value, right, r2));
            value = Vector256.Create(a[three]);
            (l3, r3) = (Add(value, left, l3), Add(value, right, r3));
            value = Vector256.Create(a[4 * aRow]);
            (l4, r4) = (Add(value, left, l4), Add(value, right, r4));
            value = Vector256.Create(a[five]);
            (l5, r5) = (Add(value, left, l5), Add(value, right, r5));
            a += aStep;
            b += bRow;
        }
        Store(c, l0, r0);
        Store(c + cRow, l1, r1);
        Store(c + 2 * cRow, l2, r2);
        Store(c + 3 * cRow, l3, r3);
        Store(c + 4 * cRow, l4, r4);
        Store(c + 5 * cRow, l5, r5);
    }

    private static void Two<T>(T* a, nint aRow, nint aStep, T* b, nint bRow, T* c, nint cRow, T* start, int depth)
        where T : unmanaged
    {
        var (left, right) = Start(start);
        var (l0, l1, r0, r1) = (left, left, right, right);
        for (var at = 0; at < depth; at++)
        {
            (left, right) = (Vector256.Load(b), Vector256.Load(b + Vector256<T>.Count));
            var value = Vector256.Create(a[0]);
            (l0, r0) = (Add(value, left, l0), Add(value, right, r0));
            value = Vector256.Create(a[aRow]);
            (l1, r1) = (Add(value, left, l1), Add(value, right, r1));
            a += aStep;
            b += bRow;
        }
        Store(c, l0, r0);
        Store(c + cRow, l1, r1);
    }

    private static void One<T>(T* a, nint aStep, T* b, nint bRow, T* c, T* start, int depth)
        where T : unmanaged
    {
        var (left, right) = Start(start);
        for (var at = 0; at < depth; at++)
        {
            var value = Vector256.Create(a[0]);
            (left, right) = (Add(value, Vector256.Load(b), left), Add(value, Vector256.Load(b + Vector256<T>.Count), right));
            a += aStep;
            b += bRow;
        }
        Store(c, left, right);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector256<T> Left, Vector256<T> Right) Start<T>(T* start)
        where T : unmanaged => start is null ? (Vector256<T>.Zero, Vector256<T>.Zero) : (Vector256.Load(start), Vector256.Load(start + Vector256<T>.Count));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<T>(T* to, Vector256<T> left, Vector256<T> right)
        where T : unmanaged
    {
        left.Store(to);
        right.Store(to + Vector256<T>.Count);
    }

    /// <summary>One · other + sum, fused where the machine can.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<T> Add<T>(Vector256<T> one, Vector256<T> other, Vector256<T> sum)
        where T : unmanaged => typeof(T) == typeof(float)
            ? Vector256.MultiplyAddEstimate(one.AsSingle(), other.AsSingle(), sum.AsSingle()).As<float, T>()
            : Vector256.MultiplyAddEstimate(one.AsDouble(), other.AsDouble(), sum.AsDouble()).As<double, T>();
}
