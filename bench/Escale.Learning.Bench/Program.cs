using Escale.Learning.Bench;

var rest = args.Skip(1).ToArray();
switch (args.FirstOrDefault())
{
    case "open":
        return OpenBench.Run(rest);
    case "boosting":
        BoostingBench.Run(rest);
        return 0;
    case "defaults":
        DefaultsBench.Run(rest);
        return 0;
    case "automl":
        AutoMlBench.Run(rest);
        return 0;
    case "forest" when rest.Length > 0:
        ForestBench.Run(rest);
        return 0;
    case "onnx":
        return OnnxBench.Run(rest);
    case "mixed":
        MixedBench.Run(rest);
        return 0;
    case "row":
        RowBench.Run(rest);
        return 0;
    case "predict":
        PredictBench.Run(rest);
        return 0;
    default:
        Console.Error.WriteLine(
            """
            Benchmarks of Escale.Learning. Which:
              open [RUNS] [only:speed,mixed,scaling,predict,row,forest,defaults,automl,onnx]   all of these, in turn with the peers
              boosting [THREADS] [DIR] [RUNS] [TREES]   speed and memory of boosting on a million rows of 28 numbers (DIR: raw files of the peers' generator)
              mixed THREADS DIR [NAME=VALUE]   the same with categories
              row DIR                    one raw row through a whole pipeline (DIR: the public tables)
              predict [THREADS] [DIR]    rows a second of 100 trees, and the time of one row
              defaults DIR               boosting with its defaults on the public tables in DIR, against LightGBM's
              automl DIR                 automatic training on the public tables in DIR, against the tuned ensemble of the peers
              forest DIR [TREES] [THREADS] [RUNS]   a random forest of 500 trees (DIR: what bench/learning/forest_peer.py prepare wrote)
              onnx DIR                   exports models of the public tables in DIR and compares what ONNX Runtime predicts with what we do
            """);
        return 2;
}
