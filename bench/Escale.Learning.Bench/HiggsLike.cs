namespace Escale.Learning.Bench;

/// <summary>A table like Higgs: 28 numbers, two classes, made by formula from a seed, so that the benchmark needs no file.</summary>
internal sealed class HiggsLike
{
    public const int Features = 28;

    public HiggsLike(int rows, int seed)
    {
        var random = new Random(seed);
        Columns = [.. Enumerable.Range(0, Features).Select(_ => new float[rows])];
        Targets = new float[rows];
        var (z, x, m) = (new double[8], new double[Features], new double[7]);
        for (var row = 0; row < rows; row++)
        {
            Fill(random, z, x, m);
            for (var feature = 0; feature < Features; feature++)
            {
                Columns[feature][row] = (float)x[feature];
            }
            Targets[row] = random.NextDouble() < 1 / (1 + Math.Exp(-1.35 * (Score(z, x, m) + 0.55))) ? 1 : 0;
        }
    }

    public float[][] Columns { get; }

    public float[] Targets { get; }

    private static void Fill(Random random, double[] z, double[] x, double[] m)
    {
        for (var k = 0; k < 8; k++)
        {
            z[k] = Normal(random);
        }
        for (var j = 0; j < 7; j++)
        {
            x[3 * j] = Math.Exp(0.45 * z[j] + 0.25 * Normal(random));
            x[3 * j + 1] = 0.9 * Normal(random) + 0.3 * z[(j + 1) % 8];
            x[3 * j + 2] = (random.NextDouble() * 2 - 1) * Math.PI / 1.8;
        }
        foreach (var j in (int[])[3, 4, 5])
        {
            x[3 * j + 2] = x[3 * j + 2] < -0.4 ? 0 : x[3 * j + 2] < 0.9 ? 1.0865 : 2.173;
        }
        for (var k = 0; k < 7; k++)
        {
            var (a, b) = (3 * k, 3 * ((k + 2) % 7));
            x[21 + k] = Math.Sqrt(2 * x[a] * x[b] * (Math.Cosh(Math.Clamp(x[a + 1] - x[b + 1], -4, 4)) - Math.Cos(x[3 * (k % 3) + 2]) + 1e-3));
            m[k] = Math.Log(x[21 + k] + 1e-3);
        }
    }

    private static double Score(double[] z, double[] x, double[] m) =>
        -1.6 * Math.Abs(m[0] - 0.35) + 1.1 * Math.Exp(-4 * (m[1] - 0.5) * (m[1] - 0.5)) - 0.9 * Math.Max(m[2], 0) * (x[14] > 0.5 ? 1 : 0)
        + 0.8 * Math.Tanh(m[3] * z[3]) + 0.6 * Math.Sin(2.2 * m[4]) + 0.5 * x[11] * Math.Tanh(z[5]) - 0.5 * Math.Abs(x[1] - x[4])
        + 0.35 * x[17] - 0.4 * Math.Log(x[0] + x[6]) + 0.5 * (m[5] > m[6] ? 1 : 0);

    private static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
