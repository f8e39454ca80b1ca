using Escale.Learning.Preparation.Encoders;
using FsCheck;
using FsCheck.Fluent;

namespace Escale.Learning.Tests.Preparation;

public sealed class QuickselectTests
{
    [Fact]
    public void The_number_at_a_place_is_that_of_sorting() => Prop.ForAll(ArbMap.Default.ArbFor<NonEmptyArray<short>>(), ArbMap.Default.ArbFor<PositiveInt>(), (numbers, place) =>
        AtIsSorted([.. numbers.Get.Select(number => (double)number)], place.Get % numbers.Get.Length)).AlwaysHolds();

    [Fact]
    public void Equal_sorted_and_spoiled_numbers_are_found_too()
    {
        AtIsSorted(new double[5_000], 2_500);
        AtIsSorted([.. Enumerable.Range(0, 5_000).Select(at => (double)at)], 4_999);
        AtIsSorted([.. Enumerable.Range(0, 5_000).Select(at => (double)-at)], 17);
        AtIsSorted([.. Enumerable.Range(0, 5_000).Select(at => (double)Math.Abs(at - 2_500))], 2_500);
        AtIsSorted([double.PositiveInfinity, 3, double.NegativeInfinity, 3], 2);
    }

    private static void AtIsSorted(double[] numbers, int place)
    {
        var sorted = numbers.Order().ToArray();
        Assert.Equal(sorted[place], Quickselect.At(numbers, place));
        Assert.All(numbers[..place], number => Assert.True(number <= sorted[place]));
        Assert.All(numbers[place..], number => Assert.True(number >= sorted[place]));
        Assert.Equal(sorted, numbers.Order());
    }
}
