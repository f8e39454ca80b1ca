using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Escale.Learning.Trees;

/// <summary>
/// An ensemble laid out for speed: the nodes of all trees in one array, siblings side by side, and values as whole numbers in the same order, so that one step of a
/// walk is a comparison without a branch. Leaves lead to themselves, so several rows walk in step. The sums are those of <see cref="TreeEnsemble.Score"/>, bit for bit.
/// </summary>
internal sealed unsafe class CompiledTrees
{
    private const int Lanes = 8;

    private readonly TreeEnsemble _ensemble;
    private readonly Node[] _nodes;
    private readonly LevelSet[] _sets;
    private readonly uint[] _setBits;
    private readonly double[] _values;
    private readonly CompiledTree[] _trees;
    private readonly bool[] _isCategory;
    private readonly int _blockShift;
    private readonly BitScorer[] _scorers;

    /// <summary>Takes over what <see cref="TreeCompiler"/> has laid out.</summary>
    public CompiledTrees(TreeEnsemble ensemble, TreeCompiler compiler, BitScorer[] scorers)
    {
        _scorers = scorers;
        (_ensemble, _isCategory, _blockShift) = (ensemble, compiler.IsCategory, compiler.BlockShift);
        (_nodes, _sets, _setBits, _values, _trees) = (compiler.Nodes, compiler.Sets, [.. compiler.SetBits], compiler.Values, compiler.Trees);
    }

    /// <summary>Rows that are walked together; what they hold stays in the nearest cache.</summary>
    public int BlockRows => 1 << _blockShift;

    /// <summary>Predicts a block of rows.</summary>
    /// <param name="features">All rows.</param>
    /// <param name="from">The first of the block.</param>
    /// <param name="count">How many, at most <see cref="BlockRows"/>.</param>
    /// <param name="outputs">Written: the outputs of these rows.</param>
    public void Predict(FeatureMatrix features, int from, int count, Span<double> outputs)
    {
        var (scoreCount, outputCount) = (_ensemble.ScoreCount, _ensemble.OutputCount);
        var keys = ArrayPool<int>.Shared.Rent(Math.Max(1, features.FeatureCount) << _blockShift);
        var scores = ArrayPool<double>.Shared.Rent(scoreCount << _blockShift);
        for (var feature = 0; feature < features.FeatureCount; feature++)
        {
            ToKeys(features[feature].Slice(from, count), keys.AsSpan(feature << _blockShift, count), _isCategory[feature]);
        }
        Array.Clear(scores, 0, scoreCount << _blockShift);
        fixed (int* key = keys)
        fixed (double* score = scores)
        fixed (Node* nodes = _nodes)
        {
            if (_scorers.Length > 0)
            {
                AddByBits(key, score, count);
            }
            for (var tree = 0; _scorers.Length == 0 && tree < _trees.Length; tree++)
            {
                AddTree(nodes, _trees[tree], key, score, count);
            }
        }
        for (var row = 0; row < count; row++)
        {
            Finish(scores.AsSpan(row * scoreCount, scoreCount), outputs.Slice(row * outputCount, outputCount));
        }
        ArrayPool<int>.Shared.Return(keys);
        ArrayPool<double>.Shared.Return(scores);
    }

    /// <summary>Predicts one row: several trees are walked in step.</summary>
    /// <param name="row">Its features.</param>
    /// <param name="outputs">Written.</param>
    public void Predict(ReadOnlySpan<float> row, Span<double> outputs)
    {
        Span<int> keys = stackalloc int[Math.Max(1, row.Length)];
        for (var feature = 0; feature < row.Length; feature++)
        {
            keys[feature] = _isCategory[feature] ? LevelKey(row[feature]) : NumberKey(row[feature]);
        }
        var scoreCount = _ensemble.ScoreCount;
        Span<double> scores = stackalloc double[scoreCount];
        scores.Clear();
        var at = stackalloc uint[Lanes];
        fixed (int* key = keys)
        fixed (double* score = scores)
        fixed (Node* nodes = _nodes)
        {
            for (var first = 0; first < _trees.Length; first += Lanes)
            {
                var (lanes, hasSets) = (Math.Min(Lanes, _trees.Length - first), false);
                for (var lane = 0; lane < Lanes; lane++)
                {
                    ref readonly var tree = ref _trees[first + Math.Min(lane, lanes - 1)];
                    (at[lane], hasSets) = ((uint)tree.Root, hasSets | tree.HasSets);
                }
                WalkTrees(nodes, at, key, hasSets);
                for (var lane = 0; lane < lanes; lane++)
                {
                    AddLeaf(nodes[at[lane]].Delta, _trees[first + lane].Score, score);
                }
            }
        }
        Finish(scores, outputs);
    }

    private void Finish(Span<double> scores, Span<double> outputs)
    {
        for (var score = 0; score < scores.Length; score++)
        {
            scores[score] = _ensemble.Start[score] + _ensemble.Scale * scores[score];
        }
        _ensemble.Apply(scores, outputs);
    }

    private void AddByBits(int* keys, double* scores, int count)
    {
        var spare = stackalloc double[BitScorer.Rows * _ensemble.ScoreCount];
        for (var row = 0; row < count; row += BitScorer.Rows)
        {
            // The scores of rows past the end go where nobody reads them.
            var isWhole = count - row >= BitScorer.Rows;
            var to = isWhole ? scores + row * _ensemble.ScoreCount : spare;
            foreach (var scorer in _scorers)
            {
                scorer.Add(keys + row, to);
            }
            for (var at = 0; !isWhole && at < (count - row) * _ensemble.ScoreCount; at++)
            {
                scores[row * _ensemble.ScoreCount + at] = spare[at];
            }
        }
    }

    private void AddTree(Node* nodes, in CompiledTree tree, int* keys, double* scores, int count)
    {
        var at = stackalloc uint[Lanes];
        for (var row = 0; row < count; row += Lanes)
        {
            for (var lane = 0; lane < Lanes; lane++)
            {
                at[lane] = (uint)tree.Root;
            }
            // Rows past the end walk, too, over what happens to be there; nobody asks where they come.
            if (tree.HasSets)
            {
                WalkSets(nodes, at, keys + row);
            }
            else
            {
                Walk(nodes + tree.Root, at, keys + row, (uint)tree.Root);
            }
            for (var lane = 0; lane < Math.Min(Lanes, count - row); lane++)
            {
                AddLeaf(nodes[at[lane]].Delta, tree.Score, scores + (long)(row + lane) * _ensemble.ScoreCount);
            }
        }
    }

    private void AddLeaf(int leaf, int score, double* scores)
    {
        if (score >= 0)
        {
            scores[score] += _values[leaf];
            return;
        }
        for (var each = 0; each < _ensemble.ScoreCount; each++)
        {
            scores[each] += _values[leaf + each];
        }
    }

    // Two halves of four rows: more do not fit into the registers.
    private static void Walk(Node* root, uint* at, int* keys, uint first)
    {
        for (var lane = 0; lane < Lanes; lane += 4, keys += 4, at += 4)
        {
            Node* a = root, b = root, c = root, d = root;
            var nodes = root - first;
            while (true)
            {
                var nextA = nodes + Next(a, keys[a->Feature]);
                var nextB = nodes + Next(b, keys[b->Feature + 1]);
                var nextC = nodes + Next(c, keys[c->Feature + 2]);
                var nextD = nodes + Next(d, keys[d->Feature + 3]);
                if (nextA == a & nextB == b & nextC == c & nextD == d)
                {
                    break;
                }
                a = nextA;
                b = nextB;
                c = nextC;
                d = nextD;
            }
            (at[0], at[1], at[2], at[3]) = ((uint)(a - nodes), (uint)(b - nodes), (uint)(c - nodes), (uint)(d - nodes));
        }
    }

    private void WalkSets(Node* nodes, uint* at, int* keys)
    {
        fixed (LevelSet* sets = _sets)
        fixed (uint* bits = _setBits)
        {
            var isDone = false;
            while (!isDone)
            {
                isDone = true;
                for (var lane = 0; lane < Lanes; lane++)
                {
                    var node = at[lane];
                    var next = NextOf(nodes + node, sets[node], bits, keys[nodes[node].Feature + lane]);
                    isDone &= next == node;
                    at[lane] = next;
                }
            }
        }
    }

    // One row, several trees.
    private void WalkTrees(Node* nodes, uint* at, int* keys, bool hasSets)
    {
        fixed (LevelSet* sets = _sets)
        fixed (uint* bits = _setBits)
        {
            for (var lane = 0; lane < Lanes; lane += 4, at += 4)
            {
                var (a, b, c, d) = (at[0], at[1], at[2], at[3]);
                while (true)
                {
                    var (keyA, keyB, keyC, keyD) = (KeyAt(nodes + a, keys), KeyAt(nodes + b, keys), KeyAt(nodes + c, keys), KeyAt(nodes + d, keys));
                    var nextA = hasSets ? NextOf(nodes + a, sets[a], bits, keyA) : Next(nodes + a, keyA);
                    var nextB = hasSets ? NextOf(nodes + b, sets[b], bits, keyB) : Next(nodes + b, keyB);
                    var nextC = hasSets ? NextOf(nodes + c, sets[c], bits, keyC) : Next(nodes + c, keyC);
                    var nextD = hasSets ? NextOf(nodes + d, sets[d], bits, keyD) : Next(nodes + d, keyD);
                    if (nextA == a & nextB == b & nextC == c & nextD == d)
                    {
                        break;
                    }
                    (a, b, c, d) = (nextA, nextB, nextC, nextD);
                }
                (at[0], at[1], at[2], at[3]) = (a, b, c, d);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int KeyAt(Node* node, int* keys) => keys[node->Feature >> _blockShift];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Next(Node* node, int key) => (uint)node->Left + (key + node->Delta > node->Threshold ? 1u : 0u);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint NextOf(Node* node, LevelSet set, uint* bits, int key)
    {
        var level = (uint)key < set.Limit ? (uint)key : set.Limit;
        return Next(node, key) + (bits[set.Start + (level >> 5)] >> (int)(level & 31) & 1);
    }

    private static void ToKeys(ReadOnlySpan<float> values, Span<int> keys, bool isCategory)
    {
        var at = 0;
        if (!isCategory && Vector256.IsHardwareAccelerated)
        {
            for (; at <= values.Length - 8; at += 8)
            {
                var number = Vector256.Create(values[at..]) + Vector256<float>.Zero;
                var bits = number.AsInt32();
                var key = bits ^ ((bits >> 31) & Vector256.Create(int.MaxValue));
                Vector256.ConditionalSelect(Vector256.Equals(number, number).AsInt32(), key, Vector256.Create(int.MaxValue)).CopyTo(keys[at..]);
            }
        }
        for (; at < values.Length; at++)
        {
            keys[at] = isCategory ? LevelKey(values[at]) : NumberKey(values[at]);
        }
    }

    /// <summary>The key of a number: in the order of numbers; the largest for a missing one.</summary>
    internal static int NumberKey(float value)
    {
        var bits = BitConverter.SingleToInt32Bits(value + 0f); // −0 becomes 0.
        return float.IsNaN(value) ? int.MaxValue : bits ^ ((bits >> 31) & int.MaxValue);
    }

    // The level, or something past all levels for a missing one.
    private static int LevelKey(float value) => float.IsNaN(value) ? int.MaxValue : (int)value;

    /// <summary>
    /// A row goes right when its key + <see cref="Delta"/>, which wraps the missing key round to the lowest where the missing value goes left, is above the threshold. A leaf
    /// leads to itself, and its <see cref="Delta"/> is where its values are.
    /// </summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Node
    {
        public int Threshold;
        public int Delta;
        public int Feature;
        public int Left;
    }

    /// <summary>Which levels go right at a node: bits from <see cref="Start"/> on; the last, at <see cref="Limit"/>, is that of the missing value and of levels past the end.</summary>
    internal readonly record struct LevelSet(uint Start, uint Limit);

    /// <summary>Where a tree begins, the score that it adds to (−1 for all), and whether it parts by category.</summary>
    internal readonly record struct CompiledTree(int Root, int Score, bool HasSets);
}
