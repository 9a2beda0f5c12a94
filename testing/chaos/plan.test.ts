import { expect } from 'chai';
import { readOptions } from './options.ts';
import { planOf } from './plan.ts';
import { answerPieces, modelDouble, piecesOf, readPieces } from './questions.ts';
import { Random } from './random.ts';

describe('the plan of a run', () => {
  const options = { form: 'replicas' as const, seconds: 20, questionsPerSecond: 25, isMeasured: false };
  const drawn = (seed: number) => planOf(new Random(seed), options);

  it('is the same for the same seed, and another for another', () => {
    expect(drawn(1)).to.deep.equal(drawn(1));
    expect(drawn(1)).to.not.deep.equal(drawn(2));
  });

  it('asks each question once, at the wanted rate, and lets everything go wrong', () => {
    const { warmUp, storm, calm } = drawn(3);
    const tags = [warmUp, storm, calm].flatMap(({ askings }) => askings.map(({ tag }) => tag));
    expect(tags).to.deep.equal(tags.map((_, i) => i + 1));
    expect(storm.askings).to.have.length(500);
    expect(storm.faults.map(({ kind }) => kind)).to.include.members(['kill', 'drop replies', 'telegram trouble']);
    expect(calm.faults).to.deep.equal([]);
  });

  it('a stream of random numbers does not depend on what was drawn from others', () => {
    const random = new Random(5);
    random.next();
    expect(random.fork('a').next()).to.equal(new Random(5).fork('a').next());
    const whole = Array.from({ length: 200 }, () => random.whole(1, 3));
    expect([...new Set(whole)].sort()).to.deep.equal([1, 2, 3]);
  });

  it('answers carry their tag in each piece', () => {
    const random = new Random(1);
    const text = answerPieces(random, 12).join('');
    expect(readPieces(text).tag).to.equal(12);
    expect(readPieces(text).pieces).to.have.length(piecesOf(random, 12));
    expect(readPieces('Sorry. (Error q1x)')).to.deep.equal({ tag: undefined, pieces: [] });
  });

  it('what the model does depends on the question and on how often it was asked, not on the order', () => {
    const request = (tag: number) => ({ model: 'm', messages: [{ role: 'user', content: `What? q${tag}` }] });
    const [one, other] = [modelDouble(new Random(9)), modelDouble(new Random(9))];
    const first = [one(request(1)), one(request(2)), one(request(1))];
    const second = [other(request(2)), other(request(1)), other(request(1))];
    expect([first[1], first[0], first[2]]).to.deep.equal(second);
  });
});

describe('the command line of chaos', () => {
  it('has seeds in a row, and says what is wrong', () => {
    expect(readOptions(['--seeds', '3', '--seed', '7', '--embedded'], 0)).to.deep.include({
      form: 'embedded',
      seeds: [7, 8, 9],
      seconds: 20,
    });
    expect(() => readOptions(['--seconds', 'ten'], 0)).to.throw('--seconds must be a whole number from 1 to 3600');
    expect(() => readOptions(['--nonsense'], 0)).to.throw('nonsense');
  });
});
