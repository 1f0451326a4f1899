// Generated from the .mmx files of this folder by scripts/generate-std.ts; do not edit.

/** The standard library: the text of each module by the name that `use` gives it. */
export const standardLibrary: Readonly<Record<string, string>> = {
  "std.attention": `mmx 1
// Attention over any named axis, and the transformers made of it. Padded and absent entries get no weight.

/// Multi-head scaled dot-product attention. Without \`kv\` it is self-attention. \`over\` is the axis of kv that is attended to (the
/// one before the last unless said); other axes of one name in q and kv go in step. Each head takes width / heads columns of Q, K
/// and V; \`rate\` is the dropout of the attention weights.
///
/// Shapes: f32[..., Q, D], f32[..., K, E] -> f32[..., Q, D]
/// Equation: Q = q W_q + b_q, K = kv W_k + b_k, V = kv W_v + b_v
///   y = concat_h(dropout(softmax(Q_h K_hᵀ / sqrt(width / heads))) V_h) W_o + b_o, the softmax over the real keys
/// Source: Vaswani et al. (2017), arXiv 1706.03762, equation 1 and section 3.2.2; the biases as in PyTorch's
/// nn.MultiheadAttention.
/// Example: y = x |> Attention(heads: 4)
module Attention(
  q: f32[..., Q, D], kv: f32[..., K, E] = q,
  heads: int = 4, over: dim = K, width: size = D, rate: float = 0
) -> f32[..., Q, D] {
  source = rename(kv, over: Key)
  queries = q |> Linear(width) |> split(into: heads, along: last, as: Head)
  keys = source |> Linear(width) |> split(into: heads, along: last, as: Head)
  values = source |> Linear(width) |> split(into: heads, along: last, as: Head)
  weights = softmax(dot(queries, keys, over: last) / sqrt(width / heads), over: Key) |> dropout(rate)
  dot(weights, values, over: Key) |> transpose(Q, Head, last) |> merge(Head, last) |> Linear(D)
}

/// Learned positions. There is a row for each position up to the dimension's bound (\`dim T <= 500 ragged\`). With a smaller
/// \`limit\` the entries beyond it share the last row. Rows start at N(0, 0.02²).
///
/// Shapes: f32[..., T, D] -> f32[..., T, D]
/// Equation: y_t = x_t + P[min(t, limit - 1)] for t = 0 .. T - 1, where P is the table of shape [limit, D]
/// Source: Gehring et al. (2017), arXiv 1705.03122, section 3.1; Devlin et al. (2019), arXiv 1810.04805.
/// Example: y = x |> Linear(D) |> Positions()
module Positions(x: f32[..., T, D], limit: size = bound(x, T)) -> f32[..., T, D] {
  param table: f32[limit, D] = normal(0.02)
  x + lookup(table, positions(over: T))
}

/// Adds fixed positions: sines to the even entries, cosines to the odd ones.
///
/// Shapes: f32[..., T, D] -> f32[..., T, D]
/// Equation: y_{t,2i} = x_{t,2i} + sin(t / 10000^(2i/D)), y_{t,2i+1} = x_{t,2i+1} + cos(t / 10000^(2i/D)), t from 0
/// Source: Vaswani et al. (2017), arXiv 1706.03762, section 3.5.
/// Example: y = x |> Linear(D) |> sinusoidal()
fn sinusoidal(x: f32[..., T, D]) {
  entry = positions(over: D) * 1.0
  pair = floor(entry / 2)
  rate = exp(-9.210340371976184 * 2 * pair / D)
  phase = (entry - 2 * pair) * 1.5707963267948966
  x + sin(expand(positions(over: T) * 1.0, last) * rate + phase)
}

/// A transformer block, normalising first; \`rate\` is the dropout of the attention weights, of both branches and within Feed.
///
/// Shapes: f32[..., T, D] -> f32[..., T, D]
/// Equation: h = x + dropout(Attention(LayerNorm(x)))
///   y = h + Feed(LayerNorm(h))
/// Source: Xiong et al. (2020), arXiv 2002.04745 (pre-norm); Vaswani et al. (2017), arXiv 1706.03762.
/// Example: y = x |> Linear(D) |> Positions() |> repeat(2, Block(heads: 4))
module Block(x: f32[..., T, D], heads: int = 4, over: dim = T, hidden: size = 4 * D, rate: float = 0) -> f32[..., T, D] {
  h = x + (x |> LayerNorm() |> Attention(heads: heads, over: over, rate: rate) |> dropout(rate))
  h + (h |> LayerNorm() |> Feed(hidden, rate: rate))
}

/// The position-wise part of a transformer block, \`hidden\` wide inside.
///
/// Shapes: f32[..., D] -> f32[..., D]
/// Equation: y = dropout(dropout(gelu(x W_1 + b_1)) W_2 + b_2)
/// Source: Vaswani et al. (2017), arXiv 1706.03762, equation 2, with a GELU in the ReLU's place as in Devlin et al. (2019),
/// arXiv 1810.04805.
/// Example: y = x |> Feed(512)
module Feed(x: f32[..., D], hidden: size, rate: float = 0) -> f32[..., D] {
  x |> Linear(hidden) |> gelu() |> dropout(rate) |> Linear(D) |> dropout(rate)
}

/// A transformer encoder: a linear map to \`width\`, sinusoidal positions, \`depth\` blocks, a last layer norm.
///
/// Shapes: f32[..., T, F] -> f32[..., T, width]
/// Equation: h_0 = sinusoidal(x W + b)
///   h_l = Block_l(h_{l-1}) for l = 1 .. depth
///   y = LayerNorm(h_depth)
/// Source: Vaswani et al. (2017), arXiv 1706.03762; pre-norm as in Xiong et al. (2020), arXiv 2002.04745.
/// Example: y = clip.text |> Transformer(64, depth: 2, heads: 4) |> mean(over: T)
module Transformer(x: f32[..., T, F], width: size, depth: int = 2, heads: int = 4, rate: float = 0) -> f32[..., T, width] {
  x |> Linear(width) |> sinusoidal() |> repeat(depth, Block(heads: heads, rate: rate)) |> LayerNorm()
}

/// A cross-modal block: a transformer block whose queries come from x, keys and values from \`source\`. The two layer norms in
/// front of the attention have weights of their own.
///
/// Shapes: f32[..., T, D], f32[..., S, E] -> f32[..., T, D]
/// Equation: h = x + dropout(Attention(LayerNorm(x), LayerNorm(source)))
///   y = h + Feed(LayerNorm(h))
/// Source: Tsai et al. (2019), arXiv 1906.00295, section 3.2 (crossmodal transformers), with the residual taken before the norm
/// as in its published code, where one layer norm serves both; the GELU of Feed stands for its ReLU.
/// Example: y = CrossBlock(x, clip.audio, heads: 4)
module CrossBlock(
  x: f32[..., T, D], source: f32[..., S, E],
  heads: int = 4, hidden: size = 4 * D, rate: float = 0
) -> f32[..., T, D] {
  h = x + (Attention(x |> LayerNorm(), source |> LayerNorm(), heads: heads, rate: rate) |> dropout(rate))
  h + (h |> LayerNorm() |> Feed(hidden, rate: rate))
}

/// The cross-modal transformer: \`depth\` cross-modal blocks that all read the source's own low-level features. The result has the
/// target's length and width. It adds no positions: \`sinusoidal\` in front of it does.
///
/// Shapes: f32[..., T, D], f32[..., S, E] -> f32[..., T, D]
/// Equation: h_0 = x
///   h_l = CrossBlock_l(h_{l-1}, source) for l = 1 .. depth
///   y = LayerNorm(h_depth)
/// Source: Tsai et al. (2019), "Multimodal transformer for unaligned multimodal language sequences", arXiv 1906.00295,
/// section 3.2.
/// Example: seen = CrossModal(x, clip.audio, depth: 2)
module CrossModal(x: f32[..., T, D], source: f32[..., S, E], depth: int = 2, heads: int = 4, rate: float = 0) -> f32[..., T, D] {
  x |> repeat(depth, CrossBlock(source: source, heads: heads, rate: rate)) |> LayerNorm()
}

/// The multimodal transformer: each modality reads every other one by cross-modal transformers; what it read is joined, goes
/// through \`depth\` blocks of self-attention, and leaves its last step; the steps of all modalities are joined. The parts have one
/// width D; K is the number of modalities.
///
/// Shapes: f32[B, T_m, D] for m in over -> f32[B, K * (K - 1) * D]
/// Equation: s_m = concat_{n ≠ m}(CrossModal_{mn}(x_m, x_n))
///   y = concat_m(Memory_m(s_m))
/// Source: Tsai et al. (2019), arXiv 1906.00295, section 3.
/// Example: y = MulT(steps, M, depth: 2, heads: 4)
module MulT(parts, over: members, depth: int = 2, heads: int = 4, rate: float = 0) {
  seen[t] = concat(CrossModal(parts[t], parts[s], depth: depth, heads: heads, rate: rate) for s in over - t, along: last) for t in over
  step[t] = seen[t] |> Memory(depth, heads: heads, rate: rate) for t in over
  concat(step[t] for t in over, along: last)
}

/// Blocks of self-attention over a sequence, and each sample's last real step.
///
/// Shapes: f32[..., T, D] -> f32[..., D]
/// Equation: h_0 = x
///   h_l = Block_l(h_{l-1}) for l = 1 .. depth
///   y = LayerNorm(h_depth)_T, where T is the sample's last real step
/// Source: Tsai et al. (2019), arXiv 1906.00295, section 3.2 (the self-attention transformers in front of the prediction).
/// Example: y = x |> Memory(2)
module Memory(x: f32[..., T, D], depth: int = 1, heads: int = 4, rate: float = 0) -> f32[..., D] {
  last(x |> repeat(depth, Block(heads: heads, rate: rate)) |> LayerNorm(), over: T)
}

/// The Perceiver resampler: \`latents\` learned queries read a sequence of any length, and then one another, \`depth\` times, each
/// time with weights of its own.
///
/// Shapes: f32[B, T, E] -> f32[B, latents, width]
/// Equation: h_0 = PerceiverStart(x)
///   h_l = PerceiverBlock_l(h_{l-1}, x) for l = 1 .. depth
///   y = LayerNorm(h_depth)
/// Source: Jaegle et al. (2021), arXiv 2103.03206, section 3; as a resampler Alayrac et al. (2022), arXiv 2204.14198,
/// section 3.1 (there the latents join the keys; here they attend to one another in a block of their own).
/// Example: y = clip.vision |> Perceiver(8, 64, depth: 2)
module Perceiver(
  x: f32[B, T, E],
  latents: size, width: size, depth: int = 1, heads: int = 4, rate: float = 0
) -> f32[B, latents, width] {
  start = x |> PerceiverStart(latents, width)
  start |> repeat(depth, PerceiverBlock(source: x, heads: heads, rate: rate)) |> LayerNorm()
}

/// The learned queries of a Perceiver, the same for every sample; of x only the number of samples is read. They start at
/// N(0, 0.02²).
///
/// Shapes: f32[B, T, E] -> f32[B, latents, width]
/// Equation: y_b = Z for every sample b, where Z is a weight of shape [latents, width]
/// Source: Jaegle et al. (2021), arXiv 2103.03206, section 3 (the latent array).
/// Example: start = clip.vision |> PerceiverStart(8, 64)
module PerceiverStart(x: f32[B, T, E], latents: size, width: size) -> f32[B, latents, width] {
  param query: f32[latents, width] = normal(0.02)
  zeros(B, latents, width) + query
}

/// One round of a Perceiver: the latents read the source, then one another.
///
/// Shapes: f32[B, L, D], f32[B, T, E] -> f32[B, L, D]
/// Equation: y = Block(CrossBlock(x, source))
/// Source: Jaegle et al. (2021), arXiv 2103.03206, section 3.
/// Example: y = PerceiverBlock(latents, clip.vision)
module PerceiverBlock(x: f32[B, L, D], source: f32[B, T, E], heads: int = 4, rate: float = 0) -> f32[B, L, D] {
  x |> CrossBlock(source: source, heads: heads, rate: rate) |> Block(heads: heads, rate: rate)
}

/// Attention pooling: the mean over the steps, weighted by learned scores.
///
/// Shapes: f32[..., T, D] -> f32[..., D]
/// Equation: y = Σ_t a_t x_t, where a = softmax over the real steps t of w · tanh(x_t V + c)
/// Source: Lin et al. (2017), arXiv 1703.03130, equation 5; Ilse, Tomczak and Welling (2018), arXiv 1802.04712, equation 8
/// (neither has the bias c).
/// Example: y = clip.audio |> Linear(64) |> AttentionPool()
module AttentionPool(x: f32[..., T, D], hidden: size = D) -> f32[..., D] {
  score = x |> Linear(hidden) |> tanh() |> Linear(1, bias: false) |> squeeze()
  sum(x * expand(softmax(score, over: T), last), over: T)
}
`,
  "std.bottleneck": `mmx 1
// Variational bottlenecks, reconstruction, and divergences between Gaussians.

/// A Gaussian of \`width\` independent entries read off a representation: mean and log variance are linear in x.
///
/// Shapes: f32[..., D] -> Gaussian[..., width]
/// Equation: q(z|x) = N(μ, diag(exp(s))), where μ = x W + b and s = x V + c
/// Source: Kingma and Welling (2014), arXiv 1312.6114, appendix C.2.
/// Example: code = h[text] |> Encode(64)
module Encode(x: f32[..., D], width: size) {
  gaussian(mean: x |> Linear(width), logvar: x |> Linear(width))
}

/// The variational information bottleneck: a sampled code and the information it costs. In evaluation the code is the mean.
///
/// Shapes: f32[..., D] -> { code: f32[..., width], cost: f32[] }
/// Equation: q(z|x) = N(μ, diag(exp(s))), where μ = x W + b and s = x V + c
///   code = μ + exp(s/2) ∘ ε, each ε drawn from N(0, 1)
///   cost = mean over samples and real steps of KL(q(z|x) || N(0, I))
/// Source: Alemi et al. (2017), arXiv 1612.00410, equation 17; the sample as in Kingma and Welling (2014), arXiv 1312.6114.
/// Example: ib = h[text] |> VariationalBottleneck(32)
module VariationalBottleneck(x: f32[..., D], width: size) {
  q = x |> Encode(width)
  { code: sample(q), cost: kl_normal(q) }
}

/// The divergence from the standard normal, summed over the code and averaged over samples and real steps.
///
/// Shapes: Gaussian[..., D] -> f32[]
/// Equation: L = 1/n Σ_i Σ_d -(1 + s_id - μ_id² - exp(s_id)) / 2, where s is the log variance
/// Source: Kingma and Welling (2014), arXiv 1312.6114, appendix B.
/// Example: loss ib = kl_normal(q)
fn kl_normal(q: gaussian) = mean(sum(kl(q, normal), over: last))

/// The negative log likelihood of x under q, entry by entry, with its constant.
///
/// Shapes: f32[..., D], Gaussian[..., D] -> f32[..., D]
/// Equation: y = (log 2π + s + (x - μ)² / exp(s)) / 2, where s is the log variance
/// Source: Nix and Weigend (1994), "Estimating the mean and variance of the target probability distribution".
/// Example: loss fit = mean(gaussian_nll(h[audio], q))
fn gaussian_nll(x: f32[..., D], q: gaussian) =
  0.5 * (1.8378770664093453 + logvar(q) + square(x - mean(q)) * exp(-logvar(q)))

/// How badly \`guess\` stands for x: the squared error summed over the features, averaged over samples and real steps.
///
/// Shapes: f32[..., D], f32[..., D] -> f32[]
/// Equation: L = 1/n Σ_i |guess_i - x_i|²
/// Source: Bourlard and Kamp (1988), "Auto-association by multilayer perceptrons and singular value decomposition".
/// Example: loss back = reconstruction(x |> Linear(Ft), clip.text)
fn reconstruction(guess: f32[..., D], x: f32[..., D]) = mean(sum(square(guess - x), over: last))
`,
  "std.contrastive": `mmx 1
// Contrastive losses within a batch, or along another axis: for f32[B, U, D] the utterances of each sample among themselves.
// Absent samples and padding are neither anchors, positives nor negatives; a loss without any pair is 0.

/// All dot products of one batch with another.
///
/// Shapes: f32[..., N, D], f32[..., N, D] -> f32[..., N, Other]
/// Equation: y_ij = a_i · b_j
/// Source: Radford et al. (2021), arXiv 2103.00020, figure 3 (the logits, before their temperature).
/// Example: y = similarities(normalize(h[text], over: last), normalize(h[audio], over: last))
fn similarities(a: f32[..., N, D], b: f32[..., N, D]) = dot(a, rename(b, N: Other), over: last)

/// InfoNCE over cosine similarities. An anchor counts where both its views are there; its negatives are the others along N.
/// \`symmetric\` takes half of the loss from a to b and half from b to a. τ is the temperature.
///
/// Shapes: f32[..., N, D], f32[..., N, D] -> f32[]
/// Equation: L(a, b) = -1/n Σ_i log(exp(â_i · b̂_i / τ) / Σ_j exp(â_i · b̂_j / τ)), j over all real entries, i included
///   L = L(a, b) / 2 + L(b, a) / 2 if symmetric, else L(a, b)
/// Source: van den Oord, Li and Vinyals (2018), arXiv 1807.03748, equation 4; cosines and symmetry as in Radford et al. (2021),
/// arXiv 2103.00020.
/// Example: loss align = info_nce(h[text], h[audio], temperature: 0.1)
fn info_nce(a: f32[..., N, D], b: f32[..., N, D], temperature: float = 0.1, symmetric: bool = true) {
  u = normalize(a, over: last)
  v = normalize(b, over: last)
  positive = dot(u, v, over: last) / temperature
  forward = mean(logsumexp(similarities(u, v) / temperature, over: Other) - positive)
  backward = mean(logsumexp(similarities(v, u) / temperature, over: Other) - positive)
  if symmetric then 0.5 * forward + 0.5 * backward else forward
}

/// NT-Xent: InfoNCE whose negatives are all other samples of both views. A sample is an anchor, once in each view, where both its
/// views are there. τ is the temperature.
///
/// Shapes: f32[B, D], f32[B, D] -> f32[]
/// Equation: L = -1/(2 n) Σ_i log(exp(ẑ_i · ẑ_p(i) / τ) / Σ_{k≠i} exp(ẑ_i · ẑ_k / τ)),
///   where z are the rows of a and b together, p(i) is i's other view and i runs over the 2 n anchors
/// Source: Chen et al. (2020), arXiv 2002.05709, equation 1 and algorithm 1.
/// Example: loss views = nt_xent(h[audio], view[audio], temperature: 0.5)
fn nt_xent(a: f32[B, D], b: f32[B, D], temperature: float = 0.5) {
  u = normalize(a, over: last)
  v = normalize(b, over: last)
  positive = dot(u, v, over: last) / temperature
  0.5 * mean(nt_normaliser(u, v, temperature) - positive) + 0.5 * mean(nt_normaliser(v, u, temperature) - positive)
}

/// The logarithm of the denominator of NT-Xent, for the anchors of one view; u and v are taken as they are, not normalised.
///
/// Shapes: f32[B, D], f32[B, D] -> f32[B]
/// Equation: y_i = log(Σ_j exp(u_i · v_j / τ) + Σ_{j≠i} exp(u_i · u_j / τ))
/// Source: Chen et al. (2020), arXiv 2002.05709, equation 1.
/// Example: n = nt_normaliser(h[text], h[audio], 0.5)
fn nt_normaliser(u: f32[B, D], v: f32[B, D], temperature: float) {
  across = logsumexp(similarities(u, v) / temperature, over: Other)
  within = logsumexp(where(same(B, Other), -1e9, similarities(u, u) / temperature), over: Other)
  top = maximum(across, within)
  top + log(exp(across - top) + exp(within - top))
}

/// The supervised contrastive loss over cosine similarities, averaged over the anchors that have a positive. The label may be a
/// number or a class of each entry. τ is the temperature.
///
/// Shapes: f32[..., N, D], f32[..., N] or class labels [..., N] -> f32[]
/// Equation: L = 1/n Σ_i -1/|P(i)| Σ_{p∈P(i)} log(exp(ẑ_i · ẑ_p / τ) / Σ_{k≠i} exp(ẑ_i · ẑ_k / τ)),
///   where P(i) are the other entries with i's label and i runs over the n anchors with P(i) not empty
/// Source: Khosla et al. (2020), arXiv 2004.11362, equation 2 (their \`L_out\`; a sum over anchors there, their mean here).
/// Example: loss sentiment = supcon(h[text], label: polarity(clip.mood), temperature: 0.1)
fn supcon(z: f32[..., N, D], label, temperature: float = 0.1) {
  u = normalize(z, over: last)
  real = mask(pick(z, 0, from: last), over: N)
  logits = similarities(u, u) / temperature
  others = spread(1 - same(N, Other), like: logits)
  normaliser = logsumexp(where(others > 0, logits, -1e9), over: Other)
  alike = spread(label, like: logits) == spread(rename(label, N: Other), like: logits)
  mates = others * alike * spread(rename(real, N: Other), like: logits)
  many = sum(mates, over: Other)
  counted = minimum(many, 1) * real
  row = sum(mates * (expand(normaliser, last) - logits), over: Other) / maximum(many, 1)
  sum(counted * row) / maximum(sum(counted), 1)
}

/// The class of a sentiment by its sign: -1 negative, 0 neutral, 1 positive.
///
/// Shapes: f32[...] -> f32[...]
/// Equation: c = sign(y)
/// Source: NumPy's sign; by sign MMSA tells positive from negative on CMU-MOSI (utils/metricsTop.py).
/// Example: loss sentiment = supcon(fused, label: polarity(clip.mood))
fn polarity(y: f32[...]) = sign(y)

/// The class of a sentiment by rounding to whole degrees, halves to even.
///
/// Shapes: f32[...] -> f32[...]
/// Equation: c = round(min(max(y, low), high))
/// Source: the seven classes -3 .. 3 of CMU-MOSI as MMSA makes them (acc7, utils/metricsTop.py).
/// Example: loss sentiment = supcon(fused, label: sentiment_bins(clip.mood))
fn sentiment_bins(y: f32[...], low: float = -3, high: float = 3) = round(clamp(y, low, high))

/// How far apart the two views of a sample are on the sphere.
///
/// Shapes: f32[B, D], f32[B, D] -> f32[]
/// Equation: L = 1/n Σ_i |â_i - b̂_i|²
/// Source: Wang and Isola (2020), arXiv 2005.10242, the alignment loss with α = 2.
/// Example: loss close = alignment(h[text], h[audio])
fn alignment(a: f32[B, D], b: f32[B, D]) = mean(sum(square(normalize(a, over: last) - normalize(b, over: last)), over: last))

/// How evenly a batch covers the sphere: the logarithm of the mean over pairs of different samples; 0 with fewer than two.
///
/// Shapes: f32[B, D] -> f32[]
/// Equation: L = log(1/(n (n - 1)) Σ_i Σ_{j≠i} exp(-t |x̂_i - x̂_j|²))
/// Source: Wang and Isola (2020), arXiv 2005.10242, the uniformity loss.
/// Example: loss spread = uniformity(h[text])
fn uniformity(x: f32[B, D], t: float = 2) {
  u = normalize(x, over: last)
  near = exp(2 * t * (similarities(u, u) - 1)) * (1 - same(B, Other))
  many = sum(present(x))
  pairs_seen = many * (many - 1)
  log(where(pairs_seen > 0, sum(near) / maximum(pairs_seen, 1), 1))
}
`,
  "std.conv": `mmx 1
// Convolution and pooling along named axes: a window of neighbours, then a product or a reduction. Padding reads as 0.

/// A convolution along one axis, as long as its input: \`kernel\` entries \`dilation\` apart, centred on t, or half an entry ahead
/// of it where (kernel - 1) dilation is odd.
///
/// Shapes: f32[..., T, In] -> f32[..., T, out]
/// Equation: y_t = b + Σ_k x_{t + k dilation - r} W_k, k = 0 .. kernel - 1, where r = ⌊(kernel - 1) dilation / 2⌋
/// Source: Waibel et al. (1989), "Phoneme recognition using time-delay neural networks"; dilation as in van den Oord et al.
/// (2016), arXiv 1609.03499.
/// Example: y = clip.audio |> Conv1d(64, kernel: 3) |> relu()
module Conv1d(x: f32[..., T, In], out: size, kernel: int = 3, dilation: int = 1) -> f32[..., T, out] {
  window(x, size: kernel, over: T, dilation: dilation, pad: same) |> merge(In, window) |> Linear(out)
}

/// A convolution that reads only the present and the past, as long as its input.
///
/// Shapes: f32[..., T, In] -> f32[..., T, out]
/// Equation: y_t = b + Σ_k x_{t - (kernel - 1 - k) dilation} W_k, k = 0 .. kernel - 1
/// Source: van den Oord et al. (2016), arXiv 1609.03499, section 2.1.
/// Example: y = clip.audio |> CausalConv1d(64, kernel: 3, dilation: 2)
module CausalConv1d(x: f32[..., T, In], out: size, kernel: int = 3, dilation: int = 1) -> f32[..., T, out] {
  window(x, size: kernel, over: T, dilation: dilation, pad: causal) |> merge(In, window) |> Linear(out)
}

/// A convolution of each channel by itself, without bias; the window is that of Conv1d.
///
/// Shapes: f32[..., T, D] -> f32[..., T, D]
/// Equation: y_{t,d} = Σ_k x_{t + k dilation - r, d} w_{d,k}, k = 0 .. kernel - 1, where r = ⌊(kernel - 1) dilation / 2⌋
/// Source: Sifre (2014), "Rigid-motion scattering for image classification"; Chollet (2017), arXiv 1610.02357.
/// Example: y = x |> Depthwise1d(kernel: 5)
module Depthwise1d(x: f32[..., T, D], kernel: int = 3, dilation: int = 1) -> f32[..., T, D] {
  param weight: f32[D, kernel] = fan_in(kernel)
  sum(window(x, size: kernel, over: T, dilation: dilation, pad: same) * weight, over: window)
}

/// A depthwise convolution and then a linear map of the channels.
///
/// Shapes: f32[..., T, In] -> f32[..., T, out]
/// Equation: y_t = Depthwise1d(x)_t W + b
/// Source: Chollet (2017), arXiv 1610.02357 (there over two axes).
/// Example: y = x |> Separable1d(64, kernel: 5) |> gelu()
module Separable1d(x: f32[..., T, In], out: size, kernel: int = 3, dilation: int = 1) -> f32[..., T, out] {
  x |> Depthwise1d(kernel: kernel, dilation: dilation) |> Linear(out)
}

/// A convolution over two axes, as large as its input: a square kernel centred on r, c.
///
/// Shapes: f32[..., Rows, Columns, In] -> f32[..., Rows, Columns, out]
/// Equation: y_{r,c} = b + Σ_i Σ_j x_{r + i - h, c + j - h} W_{i,j}, i, j = 0 .. kernel - 1, where h = ⌊(kernel - 1) / 2⌋
/// Source: LeCun et al. (1998), "Gradient-based learning applied to document recognition".
/// Example: y = image |> Conv2d(16, kernel: 3) |> relu()
module Conv2d(x: f32[..., Rows, Columns, In], out: size, kernel: int = 3) -> f32[..., Rows, Columns, out] {
  tall = window(x, size: kernel, over: Rows, pad: same) |> merge(In, window, as: Patch)
  window(tall, size: kernel, over: Columns, pad: same) |> merge(Patch, window) |> Linear(out)
}

/// The largest entry of each window of \`size\`, every \`stride\` steps, along the axis before the last, which must not be ragged;
/// windows that would reach beyond the end are left out.
///
/// Shapes: f32[..., T, D] -> f32[..., (T - size) / stride + 1, D]
/// Equation: y_{t,d} = max_k x_{t stride + k, d}, k = 0 .. size - 1
/// Source: Zhou and Chellappa (1988), "Computation of optical flow using a neural network".
/// Example: y = image |> max_pool(2, stride: 2)
fn max_pool(x: f32[..., T, D], size: int = 2, stride: int = 2) =
  max(window(x, size: size, over: T, stride: stride), over: window)

/// The mean of each window of \`size\`, every \`stride\` steps, along the axis before the last, which must not be ragged; windows
/// that would reach beyond the end are left out.
///
/// Shapes: f32[..., T, D] -> f32[..., (T - size) / stride + 1, D]
/// Equation: y_{t,d} = 1/size Σ_k x_{t stride + k, d}, k = 0 .. size - 1
/// Source: LeCun et al. (1998), "Gradient-based learning applied to document recognition" (the subsampling layers, without their
/// trained gain, bias and sigmoid).
/// Example: y = image |> mean_pool(2, stride: 2)
fn mean_pool(x: f32[..., T, D], size: int = 2, stride: int = 2) =
  mean(window(x, size: size, over: T, stride: stride), over: window)
`,
  "std.core": `mmx 1
// What every spec sees without a \`use\`: layers, activations and the plain losses.

// ------------------------------------------------------------------------------------------------ layers

/// An affine map of the last axis; \`bias: false\` leaves b out. W and b start uniform in ±1/sqrt(In).
///
/// Shapes: f32[..., In] -> f32[..., out]
/// Equation: y = x W + b
/// Source: PyTorch's nn.Linear, for the start of both weights.
/// Example: y = x |> Linear(64)
module Linear(x: f32[..., In], out: size, bias: bool = true) -> f32[..., out] {
  param weight: f32[In, out] = fan_in(In)
  param offset: f32[out] = fan_in(In)
  y = dot(x, weight, over: In)
  if bias then y + offset else y
}

/// Hidden layers of Linear, GELU and dropout, then a Linear without activation. \`depth >= 1\` counts the hidden layers, each
/// \`hidden\` wide; \`rate\` is the dropout's.
///
/// Shapes: f32[..., In] -> f32[..., out]
/// Equation: h_0 = x
///   h_l = dropout(gelu(h_{l-1} W_l + b_l)) for l = 1 .. depth
///   y = h_depth W + b
/// Source: Rumelhart, Hinton and Williams (1986), "Learning representations by back-propagating errors".
/// Example: y = fused |> MLP(64, 1) |> squeeze()
module MLP(x: f32[..., In], hidden: size, out: size, depth: int = 1, rate: float = 0) -> f32[..., out] {
  x |> Hidden(hidden, rate: rate) |> repeat(depth - 1, Hidden(hidden, rate: rate)) |> Linear(out)
}

/// One hidden layer: Linear, GELU, dropout.
///
/// Shapes: f32[..., In] -> f32[..., out]
/// Equation: y = dropout(gelu(x W + b))
/// Source: Hendrycks and Gimpel (2016), arXiv 1606.08415 (GELU); Srivastava et al. (2014), "Dropout: a simple way to prevent
/// neural networks from overfitting".
/// Example: y = x |> Hidden(128, rate: 0.1)
module Hidden(x: f32[..., In], out: size, rate: float = 0) -> f32[..., out] {
  x |> Linear(out) |> gelu() |> dropout(rate)
}

/// Layer normalisation of the last axis, by its mean and its biased variance; gain g starts at 1, offset o at 0.
///
/// Shapes: f32[..., D] -> f32[..., D]
/// Equation: y = (x - μ) / sqrt(v + epsilon) ∘ g + o, where μ = 1/D Σ_d x_d and v = 1/D Σ_d (x_d - μ)²
/// Source: Ba, Kiros and Hinton (2016), arXiv 1607.06450; epsilon and its place as in PyTorch's nn.LayerNorm.
/// Example: y = x |> LayerNorm()
module LayerNorm(x: f32[..., D], epsilon: float = 1e-5) -> f32[..., D] {
  param gain: f32[D] = ones()
  param offset: f32[D] = zeros()
  centred = x - expand(mean(x, over: last), last)
  deviation = sqrt(mean(square(centred), over: last) + epsilon)
  centred / expand(deviation, last) * gain + offset
}

/// Normalisation of the last axis by its root mean square, without centring; gain g starts at 1.
///
/// Shapes: f32[..., D] -> f32[..., D]
/// Equation: y = x / sqrt(1/D Σ_d x_d² + epsilon) ∘ g
/// Source: Zhang and Sennrich (2019), arXiv 1910.07467; epsilon is for numerical safety and not in the paper's definition.
/// Example: y = x |> RMSNorm()
module RMSNorm(x: f32[..., D], epsilon: float = 1e-6) -> f32[..., D] {
  param gain: f32[D] = ones()
  x / expand(sqrt(mean(square(x), over: last) + epsilon), last) * gain
}

/// A row of a learned table for each index 0 .. rows - 1; an index outside takes the nearest row. Rows start at N(0, 0.02²).
///
/// Shapes: i32[...] -> f32[..., width]
/// Equation: y = E[x], where E is the table of shape [rows, width]
/// Source: Bengio et al. (2003), "A neural probabilistic language model"; the start as in Radford et al. (2018), "Improving
/// language understanding by generative pre-training".
/// Example: words = clip.word |> Embedding(1000, 64)
module Embedding(x: i32[...], rows: size, width: size) -> f32[..., width] {
  param table: f32[rows, width] = normal(0.02)
  lookup(table, x)
}

/// In training sets each entry to 0 with probability \`rate\` (\`0 <= rate < 1\`) and scales the others up, so that the expectation
/// stays; in evaluation the identity.
///
/// Shapes: f32[...] -> f32[...]
/// Equation: y = x ∘ k / (1 - rate), each k drawn from Bernoulli(1 - rate), in training
///   y = x in evaluation
/// Source: Srivastava et al. (2014), "Dropout: a simple way to prevent neural networks from overfitting", in its inverted form.
/// Example: y = x |> dropout(10%)
fn dropout(x: f32[...], rate: float = 0.1) =
  if training and rate > 0 then x * keep(1 - rate, like: x) / (1 - rate) else x

// ------------------------------------------------------------------------------------------------ activations

/// The rectified linear unit.
///
/// Shapes: f32[...] -> f32[...]
/// Equation: y = max(x, 0)
/// Source: Nair and Hinton (2010), "Rectified linear units improve restricted Boltzmann machines".
/// Example: y = x |> Linear(64) |> relu()
fn relu(x: f32[...]) = maximum(x, 0)

/// The rectified linear unit with a small slope below 0.
///
/// Shapes: f32[...] -> f32[...]
/// Equation: y = max(x, 0) + slope · min(x, 0)
/// Source: Maas, Hannun and Ng (2013), "Rectifier nonlinearities improve neural network acoustic models".
/// Example: y = x |> leaky_relu(0.2)
fn leaky_relu(x: f32[...], slope: float = 0.01) = maximum(x, 0) + slope * minimum(x, 0)

/// The Gaussian error linear unit, exact (not the tanh approximation).
///
/// Shapes: f32[...] -> f32[...]
/// Equation: y = x Φ(x) = x (1 + erf(x / √2)) / 2, where Φ is the standard normal's distribution function
/// Source: Hendrycks and Gimpel (2016), arXiv 1606.08415, section 2.
/// Example: y = x |> Linear(64) |> gelu()
fn gelu(x: f32[...]) = 0.5 * x * (1 + erf(x * 0.7071067811865476))

/// The sigmoid linear unit, also called swish.
///
/// Shapes: f32[...] -> f32[...]
/// Equation: y = x σ(x)
/// Source: Elfwing, Uchibe and Doya (2018), arXiv 1702.03118; Ramachandran, Zoph and Le (2017), arXiv 1710.05941 (swish, β = 1).
/// Example: y = x |> Linear(64) |> silu()
fn silu(x: f32[...]) = x * sigmoid(x)

/// The exponential linear unit.
///
/// Shapes: f32[...] -> f32[...]
/// Equation: y = x where x > 0, alpha (exp(x) - 1) elsewhere
/// Source: Clevert, Unterthiner and Hochreiter (2016), arXiv 1511.07289, section 3.
/// Example: y = x |> elu()
fn elu(x: f32[...], alpha: float = 1) = maximum(x, 0) + alpha * (exp(minimum(x, 0)) - 1)

/// The smooth rectifier, computed without overflow.
///
/// Shapes: f32[...] -> f32[...]
/// Equation: y = log(1 + exp(x)) = max(x, 0) + log(1 + exp(-|x|))
/// Source: Dugas et al. (2001), "Incorporating second-order functional knowledge for better option pricing".
/// Example: deviation = fused |> Linear(8) |> softplus()
fn softplus(x: f32[...]) = maximum(x, 0) + log1p(exp(-abs(x)))

/// The logarithm of the logistic function, computed without overflow.
///
/// Shapes: f32[...] -> f32[...]
/// Equation: y = log σ(x) = min(x, 0) - log(1 + exp(-|x|))
/// Source: PyTorch's nn.LogSigmoid.
/// Example: loss sure = -mean(log_sigmoid(score))
fn log_sigmoid(x: f32[...]) = minimum(x, 0) - log1p(exp(-abs(x)))

// ------------------------------------------------------------------------------------------------ losses

/// The mean absolute error over all real entries.
///
/// Shapes: f32[...], f32[...] -> f32[]
/// Equation: L = 1/n Σ_i |x_i - y_i|, where i runs over the n real entries
/// Source: PyTorch's nn.L1Loss with its default reduction.
/// Example: loss task = mae(score, clip.mood)
fn mae(x: f32[...], y: f32[...]) = mean(abs(x - y))

/// The mean squared error over all real entries.
///
/// Shapes: f32[...], f32[...] -> f32[]
/// Equation: L = 1/n Σ_i (x_i - y_i)², where i runs over the n real entries
/// Source: PyTorch's nn.MSELoss with its default reduction.
/// Example: loss task = mse(score, clip.mood)
fn mse(x: f32[...], y: f32[...]) = mean(square(x - y))

/// The Huber loss, quadratic up to \`delta\` and linear beyond, averaged over all real entries.
///
/// Shapes: f32[...], f32[...] -> f32[]
/// Equation: L = 1/n Σ_i h(|x_i - y_i|), where h(e) = e²/2 for e <= delta, delta (e - delta/2) beyond
/// Source: Huber (1964), "Robust estimation of a location parameter"; the mean as in PyTorch's nn.HuberLoss.
/// Example: loss task = huber(score, clip.mood, delta: 0.5)
fn huber(x: f32[...], y: f32[...], delta: float = 1) {
  error = abs(x - y)
  inner = minimum(error, delta)
  mean(0.5 * square(inner) + delta * (error - inner))
}

/// Softmax cross entropy over the last axis, averaged over all real labels. \`smoothing\` mixes the one-hot class with the uniform
/// distribution.
///
/// Shapes: f32[..., C] logits, i32[...] class numbers -> f32[]
/// Equation: L = -1/n Σ_i Σ_c t_ic log softmax(logits_i)_c, where t_ic = (1 - smoothing) [c = label_i] + smoothing / C
/// Source: Szegedy et al. (2016), arXiv 1512.00567, section 7 (label smoothing).
/// Example: loss task = cross_entropy(logits, clip.kind, smoothing: 10%)
fn cross_entropy(logits: f32[..., C], label: i32[...], smoothing: float = 0) {
  logs = log_softmax(logits, over: last)
  picked = sum(onehot(label, C) * logs, over: last)
  if smoothing > 0 then mean(-(1 - smoothing) * picked - smoothing * mean(logs, over: last)) else -mean(picked)
}

/// Cross entropy with a weight for each class, the mean being the weighted one; 0 where no label is real or all weights are 0.
///
/// Shapes: f32[..., C] logits, i32[...] class numbers, f32[C] weights -> f32[]
/// Equation: L = -Σ_i w_{y_i} log softmax(logits_i)_{y_i} / max(Σ_i w_{y_i}, 1e-12), where y_i is the label
/// Source: PyTorch's nn.CrossEntropyLoss with \`weight\`; King and Zeng (2001), "Logistic regression in rare events data".
/// Example: loss task = weighted_cross_entropy(logits, clip.kind, weights: rarity)
fn weighted_cross_entropy(logits: f32[..., C], label: i32[...], weights: f32[C]) {
  logs = log_softmax(logits, over: last)
  chosen = onehot(label, C) * weights * ones(like: logs)
  -sum(chosen * logs) / maximum(sum(chosen), 1e-12)
}

/// Binary cross entropy from logits, averaged over all real entries and computed without overflow.
///
/// Shapes: f32[...] logits, f32[...] labels in 0 .. 1 -> f32[]
/// Equation: L = 1/n Σ_i -(y_i log σ(l_i) + (1 - y_i) log(1 - σ(l_i))) = 1/n Σ_i (max(l_i, 0) - l_i y_i + log(1 + exp(-|l_i|)))
/// Source: Cox (1958), "The regression analysis of binary sequences"; the stable form as in TensorFlow's
/// \`sigmoid_cross_entropy_with_logits\`.
/// Example: loss lie = bce(logit, clip.lie)
fn bce(logit: f32[...], label: f32[...]) = mean(maximum(logit, 0) - logit * label + log1p(exp(-abs(logit))))

/// The focal loss, which turns down what is already right; averaged over all real labels. With \`focus: 0\` it is cross entropy.
///
/// Shapes: f32[..., C] logits, i32[...] class numbers -> f32[]
/// Equation: L = -1/n Σ_i (1 - p_i)^focus log p_i, where p_i = softmax(logits_i) at the label of i
/// Source: Lin et al. (2017), arXiv 1708.02002, equation 4, without class weights; p there is a sigmoid's, here a softmax's.
/// Example: loss task = focal(logits, clip.kind, focus: 2)
fn focal(logits: f32[..., C], label: i32[...], focus: float = 2) {
  log_p = sum(onehot(label, C) * log_softmax(logits, over: last), over: last)
  -mean((1 - exp(log_p)) ^ focus * log_p)
}
`,
  "std.domain": `mmx 1
// Bringing two batches' representations together, or keeping two representations apart.

/// All squared Euclidean distances of one batch to another, never below 0.
///
/// Shapes: f32[N, D], f32[K, D] -> f32[N, Other]
/// Equation: d_ij = |x_i - y_j|² = max(|x_i|² + |y_j|² - 2 x_i · y_j, 0)
/// Source: scikit-learn's \`euclidean_distances\`, which expands the square in the same way.
/// Example: d = squared_distances(s.fused, t.fused)
fn squared_distances(x: f32[N, D], y: f32[K, D]) {
  other = rename(y, K: Other)
  lengths = expand(sum(square(x), over: last), last) + sum(square(other), over: last)
  maximum(lengths - 2 * dot(x, other, over: last), 0)
}

/// A sum of five Gaussian kernels of squared distances d, of widths w/4, w/2, w, 2 w and 4 w.
///
/// Shapes: f32[...] squared distances, f32[] width -> f32[...]
/// Equation: k(d) = Σ_{j=-2..2} exp(-d / (2^j w))
/// Source: Long et al. (2015), arXiv 1502.02791 (multiple kernels), the number and widths of its authors' code, thuml/Xlearn.
/// Example: k = five_kernels(squared_distances(s.fused, t.fused), w)
fn five_kernels(d: f32[...], w: f32[]) {
  widest = exp(-d / (4 * w))
  second = square(widest)
  third = square(second)
  fourth = square(third)
  widest + second + third + fourth + square(fourth)
}

/// The mean squared distance over all pairs of different samples of the two batches together, at least 1e-6; no gradient flows
/// into it.
///
/// Shapes: f32[N, D], f32[K, D] -> f32[]
/// Equation: w = 1/(n (n - 1)) Σ_i Σ_{j≠i} |z_i - z_j|², where z are the n samples of x and y together
/// Source: Long et al. (2015), arXiv 1502.02791 (the median heuristic there; the mean as in its authors' code, thuml/Xlearn).
/// Example: width_of_both = kernel_width(s.fused, t.fused)
fn kernel_width(x: f32[N, D], y: f32[K, D]) {
  many = sum(present(x)) + sum(present(y))
  all = sum(squared_distances(x, x)) + sum(squared_distances(y, y)) + 2 * sum(squared_distances(x, y))
  maximum(stop(all) / maximum(many * (many - 1), 1), 1e-6)
}

/// The squared maximum mean discrepancy, biased estimator (pairs of a sample with itself count), with five Gaussian kernels
/// around the mean distance; 0 where a batch has no samples.
///
/// Shapes: f32[N, D], f32[K, D] -> f32[]
/// Equation: L = 1/n² Σ_i Σ_j k(x_i, x_j) + 1/m² Σ_i Σ_j k(y_i, y_j) - 2/(n m) Σ_i Σ_j k(x_i, y_j),
///   where k(u, v) = five_kernels(|u - v|², kernel_width(x, y))
/// Source: Gretton et al. (2012), "A kernel two-sample test", equation 5, squared; kernels of Long et al. (2015),
/// arXiv 1502.02791.
/// Example: loss domain = mmd(s.fused, t.fused)
fn mmd(x: f32[N, D], y: f32[K, D]) {
  w = kernel_width(x, y)
  within = mean(five_kernels(squared_distances(x, x), w)) + mean(five_kernels(squared_distances(y, y), w))
  both = minimum(sum(present(x)), 1) * minimum(sum(present(y)), 1)
  both * (within - 2 * mean(five_kernels(squared_distances(x, y), w)))
}

/// The local maximum mean discrepancy: the MMD between samples of one class, averaged over classes. The source has a class a
/// sample, the target a probability for each class. A class that the source batch lacks counts 0.
///
/// Shapes: f32[N, D], i32[N] classes of the source, f32[K, D], f32[K, C] class probabilities of the target -> f32[]
/// Equation: L = 1/C Σ_c (Σ_i Σ_j α_ic α_jc k(x_i, x_j) + Σ_i Σ_j β_ic β_jc k(y_i, y_j) - 2 Σ_i Σ_j α_ic β_jc k(x_i, y_j)),
///   where α_ic = [label_i = c] / Σ_j [label_j = c], β_ic = p_ic / Σ_j p_jc, k as in mmd
/// Source: Zhu et al. (2021), "Deep subdomain adaptation network for image classification", arXiv 2106.09388.
/// Example: loss local = lmmd(s.fused, source.lie, t.fused, softmax(t.logits, over: last))
fn lmmd(x: f32[N, D], label: i32[N], y: f32[K, D], probability: f32[K, C]) {
  truth = onehot(label, C) * expand(present(x), last)
  guess = probability * expand(present(y), last)
  seen = minimum(sum(truth, over: N), 1)
  own = truth / maximum(sum(truth, over: N), 1)
  theirs = guess / maximum(sum(guess, over: K), 1e-12) * seen
  w = kernel_width(x, y)
  within_x = sum(five_kernels(squared_distances(x, x), w) * dot(own, rename(own, N: Other), over: last))
  within_y = sum(five_kernels(squared_distances(y, y), w) * dot(theirs, rename(theirs, K: Other), over: last))
  across = sum(five_kernels(squared_distances(x, y), w) * dot(own, rename(theirs, K: Other), over: last))
  (within_x + within_y - 2 * across) / C
}

/// The unbiased covariance of the last axis over the samples; 0 with a single sample.
///
/// Shapes: f32[N, D] -> f32[D, Along]
/// Equation: C = 1/(n - 1) Σ_i (x_i - μ)ᵀ (x_i - μ), where μ = 1/n Σ_i x_i
/// Source: NumPy's cov with its default normalisation.
/// Example: c = covariance(s.fused)
fn covariance(x: f32[N, D]) {
  centred = x - mean(x, over: N)
  dot(centred, rename(centred, D: Along), over: N) / maximum(sum(present(x)) - 1, 1)
}

/// CORAL: the squared Frobenius distance of the two batches' unbiased covariances.
///
/// Shapes: f32[N, D], f32[K, D] -> f32[]
/// Equation: L = |C_x - C_y|² / (4 D²)
/// Source: Sun and Saenko (2016), "Deep CORAL", arXiv 1607.01719, equation 1.
/// Example: loss domain = coral(s.fused, t.fused)
fn coral(x: f32[N, D], y: f32[K, D]) = 0.25 * mean(square(covariance(x) - covariance(y)))

/// A domain discriminator J behind a gradient reversal R: the binary cross entropy of telling source (0) from target (1), each
/// batch counting one half. Minimising it trains the discriminator and, by -strength times the gradient, the encoder against it.
///
/// Shapes: f32[N, D], f32[K, D] -> f32[]
/// Equation: L = 1/(2 n) Σ_i softplus(J(R(x_i))) + 1/(2 m) Σ_j softplus(-J(R(y_j))),
///   where J = MLP(hidden, 1), R(x) = x and dR/dx = -strength
/// Source: Ganin et al. (2016), arXiv 1505.07818, section 4.2.
/// Example: loss domain = Adversary(s.fused, t.fused, strength: ramp(dann))
module Adversary(x: f32[N, D], y: f32[K, D], hidden: size = D, strength: float = 1) -> f32[] {
  judge = MLP(hidden, 1)
  source = reverse_gradient(x, strength) |> judge |> squeeze()
  target = reverse_gradient(y, strength) |> judge |> squeeze()
  0.5 * mean(softplus(source)) + 0.5 * mean(softplus(-target))
}

/// How much two representations of the same samples share: columns centred over the batch, then rows scaled to length 1. It is 0
/// where each column of the one is then orthogonal to each of the other.
///
/// Shapes: f32[N, D], f32[N, E] -> f32[]
/// Equation: L = |Aᵀ B|² / (D E), where A_i = u / sqrt(|u|² + 1e-12) with u = a_i - 1/n Σ_j a_j, and B likewise of b
/// Source: Bousmalis et al. (2016), "Domain separation networks", arXiv 1608.06019, the difference loss, centred, scaled and
/// averaged as in its published code.
/// Example: loss apart = orthogonality(h[text], fused)
fn orthogonality(a: f32[N, D], b: f32[N, E]) {
  left = normalize(a - mean(a, over: N), over: last)
  right = rename(normalize(b - mean(b, over: N), over: last), E: Along)
  mean(square(dot(left, right, over: N)))
}

/// Linear centred kernel alignment, a similarity of two representations of the same samples in 0 .. 1; 0 where one is constant.
///
/// Shapes: f32[N, D], f32[N, E] -> f32[]
/// Equation: s = |Yᵀ X|² / (|Xᵀ X| |Yᵀ Y|), where X and Y are a and b centred over the samples
/// Source: Kornblith et al. (2019), arXiv 1905.00414, section 3; the numerator is HSIC (Gretton et al. 2005).
/// Example: loss alike = 1 - cka(h[text], h[audio])
fn cka(a: f32[N, D], b: f32[N, E]) {
  x = a - mean(a, over: N)
  y = b - mean(b, over: N)
  across = sum(square(dot(x, rename(y, E: Along), over: N)))
  own = sum(square(dot(x, rename(x, D: Along), over: N))) * sum(square(dot(y, rename(y, E: Along), over: N)))
  across / maximum(sqrt(own), 1e-12)
}
`,
  "std.fusion": `mmx 1
// Ways to make one representation of several.

/// The gated multimodal unit for two modalities.
///
/// Shapes: f32[..., Da], f32[..., Db] -> f32[..., width]
/// Equation: u = tanh(a W_a + c_a), v = tanh(b W_b + c_b), z = σ([a; b] W_z + c_z)
///   y = z ∘ u + (1 - z) ∘ v
/// Source: Arevalo et al. (2017), arXiv 1702.01992, section 3.1 (the bimodal unit).
/// Example: y = GatedFusion(h[text], h[audio], 64)
module GatedFusion(a: f32[..., Da], b: f32[..., Db], width: size) -> f32[..., width] {
  gate = concat(a, b, along: last) |> Linear(width) |> sigmoid()
  gate * tanh(a |> Linear(width)) + (1 - gate) * tanh(b |> Linear(width))
}

/// The gated multimodal unit for a family of modalities.
///
/// Shapes: f32[..., D_m] for m in over -> f32[..., width]
/// Equation: y = Σ_m σ([x_1; …; x_K] W_m + b_m) ∘ tanh(x_m V_m + c_m)
/// Source: Arevalo et al. (2017), arXiv 1702.01992, section 3.1 (the unit for k modalities).
/// Example: y = GatedUnits(h, M, 64)
module GatedUnits(parts, over: members, width: size) -> f32[..., width] {
  all = concat(parts[m] for m in over, along: last)
  unit[m] = sigmoid(all |> Linear(width)) * tanh(parts[m] |> Linear(width)) for m in over
  sum(unit[m] for m in over)
}

/// Concatenation and an MLP: the plain fusion that every other one is measured against.
///
/// Shapes: f32[..., D_m] for m in over -> f32[..., out]
/// Equation: y = MLP([x_1; …; x_K])
/// Source: Ngiam et al. (2011), "Multimodal deep learning" (feature-level fusion).
/// Example: y = ConcatFusion(h, M, 64, 1) |> squeeze()
module ConcatFusion(parts, over: members, hidden: size, out: size, rate: float = 0) -> f32[..., out] {
  concat(parts[m] for m in over, along: last) |> MLP(hidden, out, rate: rate)
}

/// Low-rank fusion: tensor fusion and a linear map of it whose weight has rank \`rank\`.
///
/// Shapes: f32[..., D_m] for m in over -> f32[..., width]
/// Equation: y = b + Σ_r w_r ∏_m ([1; x_m] W_{m,r}), the product entry by entry, r = 1 .. rank
/// Source: Liu et al. (2018), arXiv 1806.00064; the rank weights w and the offset b as in its published code.
/// Example: y = LowRankFusion(h, M, 64, rank: 4)
module LowRankFusion(parts, over: members, width: size, rank: size = 4) -> f32[..., width] {
  param offset: f32[width] = zeros()
  factor[m] = parts[m] |> Linear(width * rank) |> split(into: width, along: last, as: Entry) for m in over
  offset + (product(factor[m] for m in over) |> Linear(1, bias: false) |> squeeze())
}

/// One representation enriched by another as far as a gate lets it.
///
/// Shapes: f32[..., D], f32[..., E] -> f32[..., D]
/// Equation: y = a + σ([a; b] W + c) ∘ (b V + d)
/// Source: the gate of Arevalo et al. (2017), arXiv 1702.01992, on a residual path (He et al. 2016, arXiv 1512.03385).
/// Example: y = CrossGate(h[text], h[audio])
module CrossGate(a: f32[..., D], b: f32[..., E]) -> f32[..., D] {
  gate = concat(a, b, along: last) |> Linear(D) |> sigmoid()
  a + gate * (b |> Linear(D))
}

/// A one in front of the last axis' entries.
///
/// Shapes: f32[..., D] -> f32[..., D + 1]
/// Equation: y = [1; x]
/// Source: Zadeh et al. (2017), arXiv 1707.07250 (the constant dimension of the tensor fusion layer).
/// Example: y = with_one(h[text])
fn with_one(x: f32[..., D]) = concat(ones(like: pick(x, 0, from: last)) |> expand(last), x, along: last)

/// The outer product of two vectors, flattened row by row.
///
/// Shapes: f32[..., P], f32[..., Q] -> f32[..., P * Q]
/// Equation: y_{i Q + j} = a_i b_j, i = 0 .. P - 1, j = 0 .. Q - 1
/// Source: Lin, RoyChowdhury and Maji (2015), arXiv 1504.07889 (bilinear pooling).
/// Example: y = outer(h[text], h[audio])
fn outer(a: f32[..., P], b: f32[..., Q]) {
  row = rename(b, Q: Right) |> expand(last) |> transpose(Right)
  merge(expand(a, last) * row, P, Right)
}

/// Tensor fusion of two modalities, flattened.
///
/// Shapes: f32[..., Da], f32[..., Db] -> f32[..., (Da + 1) * (Db + 1)]
/// Equation: y = [1; a] ⊗ [1; b]
/// Source: Zadeh et al. (2017), arXiv 1707.07250 (the tensor fusion layer).
/// Example: y = tensor_fusion(h[text], h[audio]) |> MLP(64, 1)
fn tensor_fusion(a: f32[..., Da], b: f32[..., Db]) = outer(with_one(a), with_one(b))

/// Tensor fusion of three modalities, flattened.
///
/// Shapes: f32[..., Da], f32[..., Db], f32[..., Dc] -> f32[..., (Da + 1) * (Db + 1) * (Dc + 1)]
/// Equation: y = [1; a] ⊗ [1; b] ⊗ [1; c]
/// Source: Zadeh et al. (2017), arXiv 1707.07250 (the tensor fusion layer).
/// Example: y = tensor_fusion3(h[text], h[audio], h[vision]) |> MLP(64, 1)
fn tensor_fusion3(a: f32[..., Da], b: f32[..., Db], c: f32[..., Dc]) = outer(outer(with_one(a), with_one(b)), with_one(c))
`,
  "std.recurrent": `mmx 1
// Recurrent networks, each a scan over the sequence axis. Padded steps keep the state: padding changes nothing.

/// The gated recurrent unit over a sequence, from a state of zeros; \`backward: true\` runs from the end.
///
/// Shapes: f32[B, T, In] -> f32[B, T, hidden]
/// Equation: r_t = σ(x_t W_r + b_r + h_{t-1} U_r + c_r), z_t = σ(x_t W_z + b_z + h_{t-1} U_z + c_z)
///   n_t = tanh(x_t W_n + b_n + r_t ∘ (h_{t-1} U_n + c_n))
///   y_t = h_t = (1 - z_t) ∘ n_t + z_t ∘ h_{t-1}, h_0 = 0
/// Source: Cho et al. (2014), arXiv 1406.1078, section 2.3, with the reset gate after the product with U as in PyTorch's nn.GRU.
/// Example: y = clip.audio |> GRU(64) |> last(over: T)
module GRU(x: f32[B, T, In], hidden: size, backward: bool = false) -> f32[B, T, hidden] {
  gates = x |> Linear(3 * hidden) |> split(into: 3, along: last, as: Gate)
  cell = GRUCell()
  if backward then scan gates over T backward carry h = zeros(B, hidden) {
    new = cell(gates, h)
    next h = new
    new
  } else scan gates over T carry h = zeros(B, hidden) {
    new = cell(gates, h)
    next h = new
    new
  }
}

/// One step of a GRU from the input's part g of the gates (reset, update, new; with their biases) and the state.
///
/// Shapes: f32[B, 3, H], f32[B, H] -> f32[B, H]
/// Equation: r = σ(g_0 + h U_r + c_r), z = σ(g_1 + h U_z + c_z), n = tanh(g_2 + r ∘ (h U_n + c_n))
///   h' = (1 - z) ∘ n + z ∘ h
/// Source: Cho et al. (2014), arXiv 1406.1078, section 2.3, with the reset gate after the product with U as in PyTorch's nn.GRU.
/// Example: cell = GRUCell()
module GRUCell(gates: f32[B, G, H], h: f32[B, H]) -> f32[B, H] {
  own = h |> Linear(3 * H) |> split(into: 3, along: last, as: Gate)
  reset = sigmoid(pick(gates, 0, from: Gate) + pick(own, 0, from: Gate))
  keep = sigmoid(pick(gates, 1, from: Gate) + pick(own, 1, from: Gate))
  fresh = tanh(pick(gates, 2, from: Gate) + reset * pick(own, 2, from: Gate))
  (1 - keep) * fresh + keep * h
}

/// The long short-term memory over a sequence, from states of zeros; \`backward: true\` runs from the end.
///
/// Shapes: f32[B, T, In] -> f32[B, T, hidden]
/// Equation: i_t = σ(x_t W_i + h_{t-1} U_i + b_i), f_t = σ(x_t W_f + h_{t-1} U_f + b_f), o_t = σ(x_t W_o + h_{t-1} U_o + b_o)
///   g_t = tanh(x_t W_g + h_{t-1} U_g + b_g)
///   c_t = f_t ∘ c_{t-1} + i_t ∘ g_t, y_t = h_t = o_t ∘ tanh(c_t), h_0 = c_0 = 0
/// Source: Hochreiter and Schmidhuber (1997), "Long short-term memory", with the forget gate of Gers, Schmidhuber and Cummins
/// (2000), "Learning to forget".
/// Example: y = clip.vision |> LSTM(64) |> last(over: T)
module LSTM(x: f32[B, T, In], hidden: size, backward: bool = false) -> f32[B, T, hidden] {
  gates = x |> Linear(4 * hidden) |> split(into: 4, along: last, as: Gate)
  cell = LSTMCell()
  if backward then scan gates over T backward carry h = zeros(B, hidden), c = zeros(B, hidden) {
    new = cell(gates, h, c)
    next h = new.h
    next c = new.c
    new.h
  } else scan gates over T carry h = zeros(B, hidden), c = zeros(B, hidden) {
    new = cell(gates, h, c)
    next h = new.h
    next c = new.c
    new.h
  }
}

/// One step of an LSTM from the input's part a of the gates (input, forget, candidate, output; with their biases) and the state.
///
/// Shapes: f32[B, 4, H], f32[B, H], f32[B, H] -> { h: f32[B, H], c: f32[B, H] }
/// Equation: i = σ(a_0 + h U_i), f = σ(a_1 + h U_f), g = tanh(a_2 + h U_g), o = σ(a_3 + h U_o)
///   c' = f ∘ c + i ∘ g, h' = o ∘ tanh(c')
/// Source: Hochreiter and Schmidhuber (1997), "Long short-term memory"; Gers, Schmidhuber and Cummins (2000), "Learning to
/// forget".
/// Example: cell = LSTMCell()
module LSTMCell(gates: f32[B, G, H], h: f32[B, H], c: f32[B, H]) -> { h: f32[B, H], c: f32[B, H] } {
  all = gates + (h |> Linear(4 * H, bias: false) |> split(into: 4, along: last, as: Gate))
  memory = sigmoid(pick(all, 1, from: Gate)) * c + sigmoid(pick(all, 0, from: Gate)) * tanh(pick(all, 2, from: Gate))
  { h: sigmoid(pick(all, 3, from: Gate)) * tanh(memory), c: memory }
}

/// A GRU in each direction, joined step by step.
///
/// Shapes: f32[B, T, In] -> f32[B, T, 2 * hidden]
/// Equation: y_t = [GRU(x)_t; GRU(x, backward)_t], each with weights of its own
/// Source: Schuster and Paliwal (1997), "Bidirectional recurrent neural networks".
/// Example: y = clip.audio |> BiGRU(32) |> mean(over: T)
module BiGRU(x: f32[B, T, In], hidden: size) -> f32[B, T, 2 * hidden] {
  concat(x |> GRU(hidden), x |> GRU(hidden, backward: true), along: last)
}

/// An LSTM in each direction, joined step by step.
///
/// Shapes: f32[B, T, In] -> f32[B, T, 2 * hidden]
/// Equation: y_t = [LSTM(x)_t; LSTM(x, backward)_t], each with weights of its own
/// Source: Graves and Schmidhuber (2005), "Framewise phoneme classification with bidirectional LSTM and other neural network
/// architectures".
/// Example: y = clip.audio |> BiLSTM(32) |> mean(over: T)
module BiLSTM(x: f32[B, T, In], hidden: size) -> f32[B, T, 2 * hidden] {
  concat(x |> LSTM(hidden), x |> LSTM(hidden, backward: true), along: last)
}

/// The state after the whole sequence: that of a forward GRU at each sample's last real step.
///
/// Shapes: f32[B, T, In] -> f32[B, hidden]
/// Equation: y = GRU(x)_T, where T is the sample's last real step
/// Source: Cho et al. (2014), arXiv 1406.1078, section 2.2 (the summary c of the encoder).
/// Example: y = clip.audio |> GRUState(64)
module GRUState(x: f32[B, T, In], hidden: size) -> f32[B, hidden] {
  last(x |> GRU(hidden), over: T)
}

/// The state after the whole sequence: that of a forward LSTM at each sample's last real step.
///
/// Shapes: f32[B, T, In] -> f32[B, hidden]
/// Equation: y = LSTM(x)_T, where T is the sample's last real step
/// Source: Sutskever, Vinyals and Le (2014), arXiv 1409.3215, section 2.
/// Example: y = clip.audio |> LSTMState(64)
module LSTMState(x: f32[B, T, In], hidden: size) -> f32[B, hidden] {
  last(x |> LSTM(hidden), over: T)
}

/// Both ends of a bidirectional GRU: the forward state at the last real step beside the backward state at the first.
///
/// Shapes: f32[B, T, In] -> f32[B, 2 * hidden]
/// Equation: y = [GRU(x)_T; GRU(x, backward)_1], where T is the sample's last real step
/// Source: Schuster and Paliwal (1997), "Bidirectional recurrent neural networks"; Cho et al. (2014), arXiv 1406.1078.
/// Example: y = clip.audio |> BiGRUState(32)
module BiGRUState(x: f32[B, T, In], hidden: size) -> f32[B, 2 * hidden] {
  concat(last(x |> GRU(hidden), over: T), first(x |> GRU(hidden, backward: true), over: T), along: last)
}

/// Both ends of a bidirectional LSTM: the forward state at the last real step beside the backward state at the first.
///
/// Shapes: f32[B, T, In] -> f32[B, 2 * hidden]
/// Equation: y = [LSTM(x)_T; LSTM(x, backward)_1], where T is the sample's last real step
/// Source: Graves and Schmidhuber (2005), "Framewise phoneme classification with bidirectional LSTM and other neural network
/// architectures".
/// Example: y = clip.audio |> BiLSTMState(32)
module BiLSTMState(x: f32[B, T, In], hidden: size) -> f32[B, 2 * hidden] {
  concat(last(x |> LSTM(hidden), over: T), first(x |> LSTM(hidden, backward: true), over: T), along: last)
}
`,
};
