using Escale.Learning.Memory;
using Escale.Learning.Networks;

namespace Escale.Learning.Tests.Networks;

public sealed unsafe class DenseProductTests
{
    [Theory]
    [InlineData(1, 1, 16)]
    [InlineData(2, 5, 16)]
    [InlineData(5, 0, 32)]
    [InlineData(6, 33, 48)]
    [InlineData(23, 17, 64)]
    public void A_product_is_the_sum_of_products(int rows, int depth, int columns)
    {
        var random = new Random(rows);
        var stride = DenseProduct.Stride(columns);
        using var a = new NativeArray<double>(rows * depth);
        using var b = new NativeArray<double>(depth * stride);
        using var c = new NativeArray<double>(rows * stride);
        using var start = new NativeArray<double>(stride);
        foreach (ref var value in a.Span)
        {
            value = random.NextDouble() - 0.5;
        }
        for (var at = 0; at < depth * stride; at++)
        {
            b.Span[at] = random.NextDouble() - 0.5;
        }
        for (var at = 0; at < columns; at++)
        {
            start.Span[at] = at;
        }
        // As it is, and lying on its side.
        foreach (var isTurned in new[] { false, true })
        {
            var (row, step) = isTurned ? (1, rows) : (depth, 1);
            DenseProduct.Multiply(a.Pointer, row, step, b.Pointer, stride, c.Pointer, stride, start.Pointer, rows, depth, columns);
            for (var at = 0; at < rows * columns; at++)
            {
                var expected = Enumerable.Range(0, depth).Sum(inner => a.Span[at / columns * row + inner * step] * b.Span[inner * stride + at % columns]) + at % columns;
                Assert.Equal(expected, c.Span[at / columns * stride + at % columns], 1e-12);
            }
        }
    }

    [Fact]
    public void Every_row_has_the_bits_that_it_has_alone()
    {
        var random = new Random(2);
        const int Rows = 27, Depth = 40, Columns = 48;
        var stride = DenseProduct.Stride(Columns);
        using var a = new NativeArray<float>(Rows * Depth);
        using var b = new NativeArray<float>(Depth * stride);
        using var c = new NativeArray<float>(Rows * stride);
        using var alone = new NativeArray<float>(stride);
        foreach (ref var value in a.Span)
        {
            value = random.NextSingle() - 0.5f;
        }
        foreach (ref var value in b.Span)
        {
            value = random.NextSingle() - 0.5f;
        }
        DenseProduct.Multiply(a.Pointer, Depth, 1, b.Pointer, stride, c.Pointer, stride, null, Rows, Depth, Columns);
        for (var row = 0; row < Rows; row++)
        {
            DenseProduct.Multiply(a.Pointer + row * Depth, Depth, 1, b.Pointer, stride, alone.Pointer, stride, null, 1, Depth, Columns);
            Assert.Equal(alone.Span[..Columns], c.Span.Slice(row * stride, Columns));
        }
    }
}
