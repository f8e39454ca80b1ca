namespace Escale.Learning.Preparation.Encoders;

/// <summary>Finds the number that would stand at a place if all were sorted, in time proportional to their count (Hoare's quickselect).</summary>
internal static class Quickselect
{
    /// <summary>The number at <paramref name="place"/>. Reorders: smaller or equal ones stand before it afterwards, greater or equal ones behind.</summary>
    public static double At(Span<double> numbers, int place)
    {
        var (low, high) = (0, numbers.Length - 1);
        // Quickselect halves what is left each time, about; numbers laid out to spoil that are sorted instead.
        for (var rounds = 0; low < high; rounds++)
        {
            if (rounds > 64)
            {
                numbers[low..(high + 1)].Sort();
                break;
            }
            var pivot = Middle(numbers[low], numbers[low + (high - low) / 2], numbers[high]);
            var (left, right) = (low, high);
            while (left <= right)
            {
                while (numbers[left] < pivot)
                {
                    left++;
                }
                while (numbers[right] > pivot)
                {
                    right--;
                }
                if (left <= right)
                {
                    (numbers[left], numbers[right]) = (numbers[right], numbers[left]);
                    left++;
                    right--;
                }
            }
            if (place <= right)
            {
                high = right;
            }
            else if (place >= left)
            {
                low = left;
            }
            else
            {
                break;
            }
        }
        return numbers[place];
    }

    public static double Least(ReadOnlySpan<double> numbers)
    {
        var least = numbers[0];
        foreach (var number in numbers)
        {
            least = Math.Min(least, number);
        }
        return least;
    }

    private static double Middle(double one, double two, double three) => Math.Max(Math.Min(one, two), Math.Min(Math.Max(one, two), three));
}
